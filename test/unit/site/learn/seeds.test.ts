import { describe, expect, test } from 'vitest';
import { FIRST, IMPROVEMENTS, RUNS, type Run, runOf } from '#site/views/learn/improve/runs/runs.ts';
import { differencesOf, intervalOf, verdictOf } from '#site/views/learn/improve/seeds/interval.ts';

describe('intervalOf', () => {
  test('is that of Student’s t: scipy.stats.t.interval(0.95, 4, loc=mean(x), scale=sem(x))', () => {
    const { mean, range } = intervalOf([-0.004, -0.007, -0.001, -0.006, -0.003]);
    expect(mean).toBeCloseTo(-0.0042, 10);
    expect(range![0]).toBeCloseTo(-0.0071644, 5);
    expect(range![1]).toBeCloseTo(-0.0012356, 5);
  });

  test('of one value is none, and of equal values is that value', () => {
    expect(intervalOf([0.2])).toEqual({ mean: 0.2, range: undefined });
    expect(intervalOf([0.25, 0.25, 0.25])).toEqual({ mean: 0.25, range: [0.25, 0.25] });
  });
});

test('verdictOf asks on which side of 0 an interval lies', () => {
  const of = (...values: number[]) => verdictOf(intervalOf(values));
  expect([of(-1, -1.1, -0.9), of(1, 1.1, 0.9), of(-1, 1, 0), of(-1)]).toEqual(['better', 'worse', 'open', 'alone']);
});

test('differencesOf compares with the same seed, and leaves out a seed that one of both lacks', () => {
  const run = (...seeds: Run['seeds']): Run => ({ id: 'x', command: '', meanOf: 1, losses: [], seeds });
  const first = run({ seed: 1, heldOut: 0.5 }, { seed: 2, heldOut: 0.75 });
  const other = run({ seed: 2, heldOut: 0.5 }, { seed: 3, heldOut: 0.1 }, { seed: 1, heldOut: 0.625 });
  expect(differencesOf(other, first)).toEqual([
    { seed: 2, difference: -0.25 },
    { seed: 1, difference: 0.125 },
  ]);
});

test('every recorded run has its first seed, no seed twice, and a command with that seed', () => {
  expect(new Set(RUNS.map(({ id }) => id))).toEqual(new Set([FIRST, ...IMPROVEMENTS.map(({ id }) => id)]));
  for (const { id, seeds, command } of RUNS) {
    const numbers = seeds.map(({ seed }) => seed);
    expect(numbers[0], id).toBe(1);
    expect(new Set(numbers).size, id).toBe(numbers.length);
    expect(command, id).toContain('--seed 1 ');
    for (const { heldOut } of seeds) expect(heldOut, id).toBeGreaterThan(0);
  }
});

test('runs with the noise of the tutorial are compared, those with other noise are not', () => {
  for (const { id, otherNoise } of IMPROVEMENTS) {
    const { command } = runOf(id);
    expect(/beta_schedule|learn-schedule/.test(command), id).toBe(otherNoise === true);
  }
});
