import { describe, expect, test } from 'vitest';
import { drawGroups, jackknife, meanEstimate, shareEstimate, widenRare } from '#evaluation/measures/intervals.ts';
import { expectClose } from '#test/compare.ts';
import { normals } from '#test/programs/measure-sets.ts';

const mean = (rows: ArrayLike<number>) => Array.from(rows).reduce((sum, x) => sum + x, 0) / rows.length;

/** A measure of rows, its interval by the jackknife. */
function jackknifed(rows: Float32Array, seed: number, measure: (rows: Float32Array) => number) {
  const groups = drawGroups(rows.length, seed);
  const without = groups.leavings.map((gone) => measure(rows.filter((_, i) => !gone.includes(groups.of[i]!))));
  return jackknife(measure(rows), without);
}

test('groups are of one size or one more, and are left out alone and in pairs', () => {
  const { count, of, sizes, leavings } = drawGroups(100, 1);
  expect(count).toBe(32);
  expect(new Set(sizes)).toEqual(new Set([3, 4]));
  sizes.forEach((size, group) => {
    expect(of.filter((one) => one === group).length).toBe(size);
  });
  expect(leavings.slice(0, 2)).toEqual([[0], [1]]);
  expect(leavings.slice(-2)).toEqual([
    [30, 31],
    [31, 0],
  ]);
  expect(drawGroups(100, 2).of).not.toEqual(of);
});

test('fewer than ten rows have no interval', () => {
  expect(drawGroups(9, 1).leavings).toEqual([]);
  expect(jackknife(3, [])).toEqual({ value: 3 });
  expect(meanEstimate([1, 2, 3])).toEqual({ value: 2 });
});

test('a share has the interval of Wilson, which is not empty at the ends', () => {
  // scipy.stats.binomtest(k, n).proportion_ci(method='wilson')
  expectClose(shareEstimate(3, 10).interval!, [0.10779127, 0.60322185], { absolute: 1e-7 });
  expectClose(shareEstimate(0, 100).interval!, [0, 0.03699349], { absolute: 1e-7 });
  expectClose(shareEstimate(100, 100).interval!, [0.96300651, 1], { absolute: 1e-7 });
});

test('the jackknife of a mean is the standard error', () => {
  const rows = normals(320, 1, 1);
  const [low, high] = jackknifed(rows, 1, mean).interval!;
  const error = Math.sqrt(rows.reduce((sum, x) => sum + (x - mean(rows)) ** 2, 0) / 319 / 320);
  expect(Math.abs((high - low) / 2 / (1.96 * error) - 1)).toBeLessThan(0.3);
});

test('intervals do not leave what a measure can be', () => {
  expect(
    jackknife(
      0.99,
      Array.from({ length: 64 }, (_, i) => (i % 2 ? 0.9 : 1)),
      { max: 1 },
    ).interval![1],
  ).toBe(1);
  expect(meanEstimate([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], { min: 0 }).interval![0]).toBe(0);
});

test('where few pictures count, an interval is as wide as that of their share', () => {
  const none = widenRare({ value: 0, interval: [0, 0] }, 0, 100, 0.2);
  expectClose(none.interval!, [0, 0.2 * 0.03699349], { absolute: 1e-7 });
  const two = widenRare({ value: 0.01, interval: [0, 0.02] }, 2, 100, 0.2);
  expectClose(two.interval!, [0, shareEstimate(2, 100).interval![1] / 2], { absolute: 1e-7 });
  const many = { value: 0.5, interval: [0.4, 0.6] as const };
  expect(widenRare(many, 50, 100, 0.2)).toBe(many);
  expect(widenRare({ value: 0.9, interval: [0.8, 1] }, 9, 100, 1, { max: 1 }).interval![1]).toBe(1);
  expect(widenRare({ value: 0 }, 0, 6, 0.2)).toEqual({ value: 0 });
});

describe('of 100 intervals of a measure, about 95 hold its mean over repetitions', () => {
  const held = (count: number, truth: number, interval: (seed: number) => readonly [number, number]) => {
    let hits = 0;
    for (let seed = 0; seed < count; seed++) {
      const [low, high] = interval(seed);
      if (low <= truth && truth <= high) hits++;
    }
    return hits / count;
  };

  test.each([
    ['linear', 1, (m: number) => m, 1],
    ['quadratic, far from its least', 3, (m: number) => m ** 2, 9 + 1 / 100],
  ])('%s', (_, shift, of, truth) => {
    const share = held(400, truth, (seed) => {
      const rows = normals(100, 1, seed, 1, shift);
      return jackknifed(rows, seed, (some) => of(mean(some))).interval!;
    });
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });

  test('purely quadratic, as distances of the same distribution are', () => {
    // The sum of 20 squared means of unit normals: 20 / 100 in the mean.
    const share = held(200, 0.2, (seed) => {
      const rows = normals(100, 20, seed);
      const groups = drawGroups(100, seed);
      const measure = (gone: readonly number[]) => {
        const sums = new Float64Array(20);
        let count = 0;
        for (let row = 0; row < 100; row++) {
          if (gone.includes(groups.of[row]!)) continue;
          count++;
          for (let i = 0; i < 20; i++) sums[i]! += rows[row * 20 + i]!;
        }
        return sums.reduce((sum, one) => sum + (one / count) ** 2, 0);
      };
      return jackknife(measure([]), groups.leavings.map(measure)).interval!;
    });
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.98);
  });

  test('a share', () => {
    const share = held(400, 0.3, (seed) => {
      const hits = normals(200, 1, seed).filter((x) => x < -0.5244005127080407).length;
      return shareEstimate(hits, 200).interval!;
    });
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });
});
