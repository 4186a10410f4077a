import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { studentQuantile } from '#evaluation/measures/student.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { gainOf, intervalAcross, meanOf, testSetOf } from '#evaluation/utility/gains.ts';

interface Golden {
  quantiles: { freedom: number; beyond: number; value: number }[];
  paired: { real: number[]; both: number[]; difference: [number, number]; mean: [number, number] }[];
  across: { values: number[]; strata: number[]; groups: number[]; interval: [number, number] }[];
}

/** Made by scripts/golden/measures/utility.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('../data/evaluate/utility.json', import.meta.url), 'utf8'));

function expectClose(found: readonly number[] | undefined, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => {
    expect(Math.abs(found![i]! - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
  });
}

it.each(golden.quantiles)(
  "Student's t with $freedom degrees of freedom exceeds scipy's quantile with a chance of $beyond",
  (one) => {
    expect(Math.abs(studentQuantile(one.freedom, one.beyond) / one.value - 1)).toBeLessThan(1e-11);
  },
);

describe.each(golden.paired)('$real.length seeds', ({ real, both, difference, mean }) => {
  const images = { count: 1, labels: Int32Array.of(0) } as ImageSet;
  const test = testSetOf(images, [0]);
  const runs = real.flatMap((score, seed) => [
    { arm: 'real' as const, count: 50, seed, score, values: [score] },
    { arm: 'both' as const, count: 50, seed, score: both[seed]!, values: [both[seed]!] },
  ]);

  it("have scipy's interval of the mean", () => expectClose(meanOf(real).interval, mean));

  it("have scipy's interval of the paired difference, in whatever order the runs come", () => {
    expectClose(gainOf(runs.toReversed(), 50, test)!.difference.interval, difference);
  });
});

it.each(golden.across)(
  "the interval over $values.length test images is that of statsmodels' means of classes, robust to groups",
  (one) => {
    const images = { count: one.values.length, labels: Int32Array.from(one.strata) } as ImageSet;
    const test = testSetOf(images, one.groups);
    expectClose(intervalAcross(one.values, test), one.interval);
  },
);
