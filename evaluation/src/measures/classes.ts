/**
 * What a classifier sees: whether pictures are of the class that they were asked for, and whether the classes have the shares that
 * they were asked in. For feature networks that name classes.
 */
import type { Estimate } from '../sets/types.ts';
import { type Groups, jackknife, shareEstimate, widenRare } from './intervals.ts';
import type { Candidate, Family } from './record.ts';

/** @returns [classes]: the share of each, 0 to 1, with a sum of 1 */
export function classShares(labels: ArrayLike<number>, classes: number): Float64Array {
  const shares = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) shares[labels[i]!]! += 1 / labels.length;
  return shares;
}

/** Total variation distance, half of the sum of all differences: the share of pictures that would have to be of another class; 0 to 1. */
function totalVariation(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, share, i) => sum + Math.abs(share - other[i]!), 0) / 2;
}

/** Classes are numbered from 0: one more than the largest number. */
export const classCount = (...lists: (ArrayLike<number> | undefined)[]): number =>
  1 + lists.reduce((most, list) => Array.from(list ?? []).reduce((max, label) => Math.max(max, label), most), -1);

const seen = ({ features }: Candidate): boolean => features.classes !== undefined;

export const classAccuracy: Family = {
  measures: [
    {
      id: 'class_accuracy',
      name: 'Class accuracy',
      better: 'higher',
      how: 'Share of pictures that the classifier takes for the class that was asked for.',
      interval: "Wilson's interval of a share.",
    },
  ],
  applies: (candidates) => candidates.every((one) => seen(one) && one.images.labels !== undefined),
  prepare: async () => async (candidate) => {
    const { labels, count } = candidate.images;
    const right = candidate.features.classes!.reduce((sum, label, i) => sum + (label === labels![i] ? 1 : 0), 0);
    return [shareEstimate(right, count)];
  },
};

/** Total variation of the classes seen from those asked for, without each group. */
function variation(classes: Int32Array, goal: (rows: readonly number[]) => Float64Array, groups: Groups): Estimate {
  const distance = (rows: readonly number[]): number => {
    const asked = goal(rows);
    return totalVariation(
      classShares(
        rows.map((row) => classes[row]!),
        asked.length,
      ),
      asked,
    );
  };
  const rows = Array.from(classes.keys());
  const without = groups.leavings.map((gone) => distance(rows.filter((row) => groups.of[row] !== gone)));
  return jackknife(distance(rows), without, { min: 0, max: 1 });
}

export const classHistogram: Family = {
  measures: [
    {
      id: 'class_histogram',
      name: 'Class balance (total variation)',
      better: 'lower',
      how:
        'Total variation distance of the shares of the classes that the classifier sees from the shares that were asked for, or, ' +
        'where none were, from those that it sees in the training images: the share of pictures that would have to be of another class.',
      interval:
        'Jackknife of 32 random groups of the images; the training images are held fixed. Where fewer than ten pictures are of ' +
        'another class than asked for, it is at least that of their share.',
    },
  ],
  applies: (candidates, reference) => [...candidates, reference].every(seen),
  prepare: async ({ reference, groups }) => {
    return async ({ features, images: { labels } }) => {
      const classes = features.classes!;
      const known = reference.features.classes!;
      const count = classCount(classes, known, labels);
      const goal = classShares(known, count);
      const asked = (rows: readonly number[]) =>
        labels ? classShares(Int32Array.from(rows, (row) => labels[row]!), count) : goal; // biome-ignore format: short
      const estimate = variation(classes, asked, groups);
      if (labels === undefined) return [estimate];
      const wrong = classes.reduce((sum, label, i) => sum + (label === labels[i] ? 0 : 1), 0);
      return [widenRare(estimate, wrong, classes.length, 1, { max: 1 })];
    };
  },
};
