/**
 * How much alike a set's own pictures are: the mean multi-scale structural similarity of random pairs, of the same class where
 * there are classes: Odena, Olah & Shlens 2017, "Conditional Image Synthesis With Auxiliary Classifier GANs" (arXiv
 * 1610.09585), section 4.2. A model that makes the same picture again and again is near 1. Neither end is good: what is right is the
 * figure of real images.
 *
 * Every picture is in one pair at most, so that the pairs are independent and their mean has a standard error.
 */
import { shuffle } from '@onnoise/scheduler';
import { msSsim } from '@onnoise/training/autoencoder';
import type { ImageSet } from '../sets/types.ts';
import { meanEstimate } from './intervals.ts';
import type { Family } from './record.ts';

const STREAM = 0x70616972;
/** Pairs that are compared: more would not make the interval much smaller. */
const MOST_PAIRS = 2000;

/** Random pairs of rows, of the same class where there are labels. */
export function drawPairs({ count, labels }: Pick<ImageSet, 'count' | 'labels'>, seed: number): [number, number][] {
  const order = shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    seed,
    STREAM,
  );
  const waiting = new Map<number, number>();
  const pairs: [number, number][] = [];
  for (const row of order) {
    const label = labels?.[row] ?? 0;
    const other = waiting.get(label);
    if (other === undefined) waiting.set(label, row);
    else {
      pairs.push([other, row]);
      waiting.delete(label);
    }
  }
  return pairs.slice(0, MOST_PAIRS);
}

export const diversity: Family = {
  measures: [
    {
      id: 'ms_ssim',
      name: 'MS-SSIM of pairs',
      better: 'none',
      how:
        'Mean multi-scale structural similarity of random pairs of a set, of the same class where there are classes (Wang et al. ' +
        '2003, Odena et al. 2017). 1 where all pictures are the same; it should be that of real images.',
      interval: "Student's interval of the mean of the pairs.",
    },
  ],
  applies: (candidates) => candidates.every(({ images }) => drawPairs(images, 0).length > 0),
  prepare: async ({ seed, letOthersRun }) => {
    return async ({ images }) => {
      const { pixels, shape, count } = images;
      const size = pixels.length / count;
      const picture = (row: number) => pixels.subarray(row * size, (row + 1) * size);
      const similar: number[] = [];
      for (const [one, other] of drawPairs(images, seed)) {
        await letOthersRun();
        similar.push(msSsim(picture(one), picture(other), shape));
      }
      return [meanEstimate(similar, { min: 0, max: 1 })];
    };
  },
};
