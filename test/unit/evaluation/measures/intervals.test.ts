import { expect, test } from 'vitest';
import {
  drawGroups,
  FEWEST_ROWS,
  jackknife,
  meanEstimate,
  shareEstimate,
  widenRare,
  widenShare,
} from '#evaluation/measures/intervals.ts';
import { expectClose } from '#test/compare.ts';

test('groups are of one size or one more, and are left out one by one', () => {
  const { count, of, sizes, leavings } = drawGroups(100, 1);
  expect(count).toBe(32);
  expect(new Set(sizes)).toEqual(new Set([3, 4]));
  sizes.forEach((size, group) => {
    expect(of.filter((one) => one === group).length).toBe(size);
  });
  expect(leavings).toEqual(Array.from({ length: 32 }, (_, group) => group));
  expect(drawGroups(100, 2).of).not.toEqual(of);
});

test('too few rows or numbers have no interval', () => {
  expect(drawGroups(FEWEST_ROWS - 1, 1).leavings).toEqual([]);
  expect(jackknife(3, [])).toEqual({ value: 3 });
  expect(meanEstimate([1, 2, 3])).toEqual({ value: 2 });
  expect(meanEstimate(new Float64Array(19))).toEqual({ value: 0 });
});

test('a share has the interval of Wilson, which is not empty at the ends', () => {
  // scipy.stats.binomtest(k, n).proportion_ci(method='wilson')
  expectClose(shareEstimate(3, 10).interval!, [0.10779127, 0.60322185], { absolute: 1e-7 });
  expectClose(shareEstimate(0, 100).interval!, [0, 0.03699349], { absolute: 1e-7 });
  expectClose(shareEstimate(100, 100).interval!, [0.96300651, 1], { absolute: 1e-7 });
});

test('intervals do not leave what a measure can be', () => {
  expect(
    jackknife(
      0.99,
      Array.from({ length: 32 }, (_, i) => (i % 2 ? 0.9 : 1)),
      { max: 1 },
    ).interval![1],
  ).toBe(1);
  expect(meanEstimate([...new Float64Array(19), 1], { min: 0 }).interval![0]).toBe(0);
});

test('a share at its end has an interval, where all groups say the same', () => {
  const all = widenShare({ value: 1, interval: [1, 1] }, 100);
  expectClose(all.interval!, [0.96300651, 1], { absolute: 1e-7 });
  expect(widenShare({ value: 0.5, interval: [0.1, 0.9] }, 100).interval).toEqual([0.1, 0.9]);
  expect(widenShare({ value: 1 }, 6)).toEqual({ value: 1 });
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
