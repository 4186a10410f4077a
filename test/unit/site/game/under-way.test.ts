import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PLAYERS } from '#site/views/game/rules/codes.ts';
import { forgetRound, keepRound, keptRound, type RoundKey } from '#site/views/game/state/under-way.ts';
import { stubStorage } from '#test/kept.ts';

const key: RoundKey = { seed: 7, steps: 50, pictures: 10, model: 'abc', pool: 'reals.json' };
const PLAYER = 17;

beforeEach(() => void stubStorage('sessionStorage'));
afterEach(() => vi.unstubAllGlobals());

it('keeps the answers of the round that is played, their reasons and the player’s number', () => {
  expect(keptRound(key)).toBeUndefined();
  keepRound(key, { answers: [], player: PLAYER });
  expect(keptRound(key)).toEqual({ answers: [], player: PLAYER });
  const answers = [{ said: 'real', reason: 'edges' }, { said: 'synthetic' }] as const;
  keepRound(key, { answers: [...answers], player: PLAYER });
  expect(keptRound({ ...key })).toEqual({ answers, player: PLAYER });
});

it('keeps no truths', () => {
  keepRound(key, { answers: [{ said: 'real', truth: 'synthetic' } as never], player: PLAYER });
  expect(JSON.stringify(keptRound(key))).not.toContain('synthetic');
});

it('gives them to no other round', () => {
  keepRound(key, { answers: [{ said: 'real' }], player: PLAYER });
  for (const other of [{ seed: 8 }, { steps: 10 }, { pictures: 15 }, { model: 'x' }, { pool: 'own-1' }]) {
    expect(keptRound({ ...key, ...other })).toBeUndefined();
  }
});

it('forgets them, and takes what makes no sense for nothing', () => {
  keepRound(key, { answers: [{ said: 'real' }], player: PLAYER });
  forgetRound();
  expect(keptRound(key)).toBeUndefined();
  for (const wrong of [
    { answers: Array(21).fill({ said: 'real' }), player: PLAYER },
    { answers: [{ said: 'maybe' as 'real' }], player: PLAYER },
    { answers: [{ said: 'real' as const, reason: 3 as never }], player: PLAYER },
    { answers: [null as never], player: PLAYER },
    { answers: [], player: -1 },
    { answers: [], player: PLAYERS },
  ]) {
    keepRound(key, wrong.answers[0] === null ? { answers: [], player: 0.5 } : wrong);
    expect(keptRound(key), JSON.stringify(wrong)).toBeUndefined();
  }
  sessionStorage.setItem('onnoise.round', '{');
  expect(keptRound(key)).toBeUndefined();
});

it('does without storage', () => {
  vi.stubGlobal('sessionStorage', undefined);
  keepRound(key, { answers: [{ said: 'real' }], player: PLAYER });
  expect(keptRound(key)).toBeUndefined();
});
