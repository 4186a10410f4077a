import { describe, expect, it } from 'vitest';
import { createGrouping } from '#training/data/set/groups.ts';
import { splitImages } from '#training/data/set/split.ts';

/** Groups of images of which patient and study are known, each from a file of its own unless that is given too. */
function numbers(images: readonly (readonly [patient: string, study: string, file?: number])[]): number[] | undefined {
  const grouping = createGrouping();
  for (const [i, [patient, study, file = i]] of images.entries()) grouping.add([patient, study], file);
  return grouping.numbers();
}

describe('images are grouped', () => {
  it('by patient', () => {
    const images = [...'aabbccdd'].map((patient, i) => [patient, `s${i}`] as const);
    expect(numbers(images)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it('by study where all are of one patient, and by file where all are of one study', () => {
    expect(numbers([...'wwxxyyzz'].map((study) => ['anonymous', study] as const))).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(numbers([0, 0, 1, 1, 2, 3].map((file) => ['anonymous', 'all', file] as const))).toEqual([0, 0, 1, 1, 2, 3]);
  });

  it('by what is known of each', () => {
    expect(
      numbers([
        ['a', 's'],
        ['a', 't'],
        ['', 'u'],
        ['', 'u'],
        ['', ''],
        ['b', 'v'],
      ]),
    ).toEqual([0, 0, 1, 1, 2, 3]);
  });

  it('not at all where each is for itself, or too few groups could be held out', () => {
    expect(numbers([...'abcdef'].map((patient) => [patient, patient] as const))).toBeUndefined();
    expect(numbers([...'aaaaaaab'].map((patient) => [patient, 'all'] as const))).toBeUndefined();
    expect(createGrouping().numbers()).toBeUndefined();
  });
});

describe('splitImages of groups', () => {
  const groups = Array.from({ length: 300 }, (_, i) => Math.floor(Math.sqrt(i)));

  it('holds out whole groups, as many images as is near, and keeps some to train on', () => {
    for (const share of [0.001, 0.05, 0.2, 0.5, 0.9, 0.999]) {
      const { train, validation } = splitImages(groups.length, share, 3, groups);
      expect([...train, ...validation].sort((a, b) => a - b)).toEqual(groups.map((_, i) => i));
      const held = new Set([...validation].map((image) => groups[image]));
      expect([...train].some((image) => held.has(groups[image]!))).toBe(false);
      expect(Math.min(train.length, validation.length)).toBeGreaterThan(0);
      if (share >= 0.05 && share <= 0.9) expect(Math.abs(validation.length - 300 * share)).toBeLessThan(16);
    }
  });

  it('is chosen by the seed, and holds out none for a share of 0', () => {
    const held = (seed: number) => [...splitImages(groups.length, 0.2, seed, groups).validation];
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
    expect(splitImages(groups.length, 0, 1, groups).validation.length).toBe(0);
  });
});
