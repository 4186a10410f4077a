import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { forgetRound, keepRound, keptRound, type RoundKey } from '#site/views/game/state/under-way.ts';
import { stubStorage } from '#test/kept.ts';

const key: RoundKey = { seed: 7, steps: 50, pictures: 10, model: 'abc', pool: 'reals.json' };

beforeEach(() => void stubStorage('sessionStorage'));
afterEach(() => vi.unstubAllGlobals());

it('keeps the answers of the round that is played, and their reasons', () => {
  expect(keptRound(key)).toBeUndefined();
  keepRound(key, []);
  expect(keptRound(key)).toEqual([]);
  const answers = [{ said: 'real', reason: 'edges' }, { said: 'synthetic' }] as const;
  keepRound(key, [...answers]);
  expect(keptRound({ ...key })).toEqual(answers);
});

it('keeps no truths', () => {
  keepRound(key, [{ said: 'real', truth: 'synthetic' } as never]);
  expect(JSON.stringify(keptRound(key))).not.toContain('synthetic');
});

it('gives them to no other round', () => {
  keepRound(key, [{ said: 'real' }]);
  for (const other of [{ seed: 8 }, { steps: 10 }, { pictures: 15 }, { model: 'x' }, { pool: 'own-1' }]) {
    expect(keptRound({ ...key, ...other })).toBeUndefined();
  }
});

it('forgets them, and takes what makes no sense for nothing', () => {
  keepRound(key, [{ said: 'real' }]);
  forgetRound();
  expect(keptRound(key)).toBeUndefined();
  for (const wrong of [
    Array(21).fill({ said: 'real' }),
    [{ said: 'maybe' as 'real' }],
    [{ said: 'real' as const, reason: 3 as never }],
  ]) {
    keepRound(key, wrong);
    expect(keptRound(key), JSON.stringify(wrong)).toBeUndefined();
  }
  sessionStorage.setItem('onnoise.round', '{');
  expect(keptRound(key)).toBeUndefined();
});

it('does without storage', () => {
  vi.stubGlobal('sessionStorage', undefined);
  keepRound(key, [{ said: 'real' }]);
  expect(keptRound(key)).toBeUndefined();
});
