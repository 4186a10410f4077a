import { expect, test } from 'vitest';
import { classAccuracy, classHistogram } from '#evaluation/measures/classes.ts';
import { drawGroups } from '#evaluation/measures/intervals.ts';
import type { Candidate, Family } from '#evaluation/measures/record.ts';
import { expectClose } from '#test/compare.ts';
import { normalSet } from '#test/programs/measure-sets.ts';

function labelled(asked: readonly number[] | undefined, seen: readonly number[]): Candidate {
  const { images, features } = normalSet(seen.length, 2, 1);
  return {
    images: { ...images, labels: asked && Int32Array.from(asked) },
    features: { ...features, classes: Int32Array.from(seen) },
  };
}

const reference = normalSet(40, 2, 9);

async function measured(family: Family, candidate: Candidate) {
  const groups = drawGroups(candidate.images.count, 1);
  const gauge = await family.prepare({ reference, seed: 1, groups, letOthersRun: async () => {} });
  return (await gauge(candidate))[0]!;
}

test('accuracy is the share of pictures that are seen as what was asked for', async () => {
  const { value, interval } = await measured(classAccuracy, labelled([0, 1, 2, 3, 0], [0, 1, 2, 0, 3]));
  expect(value).toBeCloseTo(0.6, 12);
  // Wilson's interval of 3 of 5, as scipy.stats.binomtest gives it.
  expectClose(interval!, [0.230724, 0.882379], { absolute: 1e-5 });
});

test('where nothing was asked for, it is compared with the training images', async () => {
  const even = labelled(undefined, [0, 1, 2, 3, 3, 2, 1, 0]);
  expect((await measured(classHistogram, even)).value).toBeCloseTo(0, 12);
  expect((await measured(classHistogram, labelled(undefined, [0, 1, 0, 1]))).value).toBeCloseTo(0.5, 12);
});

test('few wrong pictures have an interval that is not a point', async () => {
  const asked = Array.from({ length: 300 }, (_, i) => i % 3);
  for (const wrong of [0, 1, 4]) {
    const seen = asked.map((label, i) => (i < 3 * wrong && label === 0 ? 1 : label));
    const { value, interval } = await measured(classHistogram, labelled(asked, seen));
    expect(value).toBeCloseTo(wrong / 300, 12);
    expect(interval![0]).toBeLessThanOrEqual(value);
    // Of Wilson: 0, 1 and 4 of 300 may be 1.3, 1.9 and 3.4 %.
    expect(interval![1]).toBeGreaterThan((wrong + 3) / 300);
  }
});

test('networks without classes, and pictures without labels, are not measured', () => {
  const blind = { ...reference, features: { ...reference.features, classes: undefined } };
  expect(classAccuracy.applies([reference, reference], reference)).toBe(true);
  expect(classAccuracy.applies([reference, blind], reference)).toBe(false);
  expect(classAccuracy.applies([reference, labelled(undefined, [0])], reference)).toBe(false);
  expect(classHistogram.applies([reference, labelled(undefined, [0])], reference)).toBe(true);
  expect(classHistogram.applies([blind], reference)).toBe(false);
  expect(classHistogram.applies([reference], blind)).toBe(false);
});
