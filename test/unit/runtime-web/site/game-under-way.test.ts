import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { forgetRound, keepRound, keptRound, type RoundKey } from '#site/views/game/under-way.ts';

const key: RoundKey = { seed: 7, steps: 50, model: 'abc', pool: 'reals.json' };

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});
afterEach(() => vi.unstubAllGlobals());

it('keeps the answers of the round that is played', () => {
  expect(keptRound(key)).toBeUndefined();
  keepRound(key, []);
  expect(keptRound(key)).toEqual([]);
  keepRound(key, ['real', 'synthetic']);
  expect(keptRound({ ...key })).toEqual(['real', 'synthetic']);
});

it('gives them to no other round', () => {
  keepRound(key, ['real']);
  for (const other of [{ seed: 8 }, { steps: 10 }, { model: 'x' }, { pool: 'own-1' }]) {
    expect(keptRound({ ...key, ...other })).toBeUndefined();
  }
});

it('forgets them, and takes what makes no sense for nothing', () => {
  keepRound(key, ['real']);
  forgetRound();
  expect(keptRound(key)).toBeUndefined();
  keepRound(key, Array(11).fill('real'));
  expect(keptRound(key)).toBeUndefined();
  keepRound(key, ['maybe' as 'real']);
  expect(keptRound(key)).toBeUndefined();
  sessionStorage.setItem('onnoise.round', '{');
  expect(keptRound(key)).toBeUndefined();
});

it('does without storage', () => {
  vi.stubGlobal('sessionStorage', undefined);
  keepRound(key, ['real']);
  expect(keptRound(key)).toBeUndefined();
});
