/** Typed numbers, and what a browser keeps of a student's work. */
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { numberOf } from '#site/views/learn/exercises/exercise.ts';
import { stubStorage } from '#test/kept.ts';

describe('a typed number', () => {
  test.each([
    ['0.31', 0.31],
    ['−0,31', -0.31],
    [' 1/3 ', 1 / 3],
    ['12 611', 12_611],
    ['12,611', 12_611],
    ['32768', 32_768],
    ['18.75 %', 18.75],
    ['.5', 0.5],
    ['1e-3', 0.001],
  ])('%j is %d', (text, value) => {
    expect(numberOf(text)).toBeCloseTo(value, 12);
  });

  test.each(['', 'x', '1/0', '1/2/3', '1.2.3', '--1', 'NaN', '∞', '0.5x'])('%j is none', (text) => {
    expect(numberOf(text)).toBeUndefined();
  });
});

test('what a page with names and sums has kept is read, and its answers checked again', async () => {
  const kept = 's=4711&n=Ada&a=why-1_15_0.93_0.9*game-3_2*data-3_1*why-2_1*gone-1_3&sum=abc';
  stubStorage('localStorage', new Map([['onnoise.learn.exercises', kept]]));
  onTestFinished(() => void vi.unstubAllGlobals());
  vi.resetModules();
  const state = await import('#site/views/learn/exercises/table.ts');
  expect([state.kept.value.seed, ...state.kept.value.answers.keys()]).toEqual([4711, 'why-1', 'game-3', 'data-3']);
  expect([...state.right.value]).toEqual(['why-1', 'game-3']);
});
