import { describe, expect, it } from 'vitest';
import {
  binEdges,
  density,
  emptyTally,
  moments,
  normalDensity,
  tallied,
} from '#site/views/forward/chain/statistics.ts';
import { duration, grouped, percent, powerOfTen, readable } from '#site/views/forward/state/numbers.ts';
import { epsilon } from '#site/views/forward/state/state.ts';
import { expectClose } from '#test/compare.ts';

it('tallied counts what falls in each bin and leaves out what falls outside', () => {
  const tally = tallied(emptyTally(2, 4), [-2, -1.5, -0.1, 0, 1.9, 2, -2.1]);
  expect([...tally.bins]).toEqual([2, 1, 1, 1]);
  expect(tally.count).toBe(7);
});

it('moments are the mean and the population standard deviation', () => {
  expect(moments(tallied(emptyTally(1, 1), [2, 4, 4, 4, 5, 5, 7, 9]))).toEqual({ mean: 5, deviation: 2 });
});

it('density of seeded noise is the normal density, within chance', () => {
  const tally = tallied(emptyTally(4, 32), epsilon(2, 100_000));
  const middles = binEdges(tally)
    .slice(1)
    .map((edge) => edge - 0.125);
  const expected = middles.map((x) => normalDensity(x, 1));
  expectClose(density(tally), expected, { absolute: 0.012 });
});

describe('readable', () => {
  it.each([
    [0.0001, '1.00 × 10⁻⁴'],
    [0.02, '0.0200'],
    [0.0412345, '0.0412'],
    [12.345, '12.3'],
    [999.4, '999'],
    [999.9, '1000'],
    [-999.9, '−1000'],
    [1234.5, '1235'],
    [0, '0.00'],
    [1, '1.00'],
    [-0.5, '−0.500'],
    [-2.5e-7, '−2.50 × 10⁻⁷'],
    [9_999_000_000, '1.00 × 10¹⁰'],
    [Infinity, '∞'],
    [undefined, '–'],
  ])('writes %s as %s', (value, text) => {
    expect(readable(value)).toBe(text);
  });
});

describe('powerOfTen', () => {
  it.each([
    [-5, '10⁻⁵'],
    [-2, '0.01'],
    [0, '1'],
    [2, '100'],
    [12, '10¹²'],
  ])('writes 10 to the %i as %s', (exponent, text) => {
    expect(powerOfTen(exponent)).toBe(text);
  });
});

describe('duration, grouped and percent', () => {
  it.each([
    [duration(0.0421), '0.04 ms'],
    [duration(3.21), '3.2 ms'],
    [duration(47.61), '47.6 ms'],
    [duration(999.9), '1.00 s'],
    [duration(1234), '1.23 s'],
    [duration(1_234_567), '1235 s'],
    [grouped(3_210_000), '3,210,000'],
    [percent(0.2231), '22 %'],
    [percent(0.0041), '0.4 %'],
    [percent(0.0001), '0.01 %'],
    [percent(2e-9), 'less than 0.01 %'],
    [percent(0), '0 %'],
    [percent(1), '100 %'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});
