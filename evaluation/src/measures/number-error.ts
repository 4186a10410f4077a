/**
 * How far the numbers that a regressor reads in pictures are from those that were asked for. The regressor is trained on the
 * training images (features/number-reader.ts), and its own error is in the anchor of real images.
 */
import type { Estimate } from '../sets/types.ts';
import { meanEstimate } from './intervals.ts';
import type { MeasureAbout } from './record.ts';

/** Begins the ids of these measures: a name of a number follows. */
export const NUMBER_ERROR = 'number_error_';

/** @param name of the number, as the model has it: `boneage` */
export const numberErrorAbout = (name: string): MeasureAbout => ({
  id: `${NUMBER_ERROR}${name}`,
  name: `Error of ${name}`,
  better: 'lower',
  how:
    `Mean absolute difference, in the unit of ${name}, of what a regressor reads in each picture from what was asked for; of real ` +
    'images, from their own number. The regressor was trained on the training images.',
  interval: 'That of the standard error of the mean.',
});

/**
 * Mean absolute differences, one for each of `width` numbers.
 * @param read [count, width] @param asked [count, width]
 */
export function numberErrors(read: Float64Array, asked: Float64Array, width: number): Estimate[] {
  return Array.from({ length: width }, (_, k) => {
    const differences = Float64Array.from({ length: read.length / width }, (_, i) =>
      Math.abs(read[i * width + k]! - asked[i * width + k]!),
    );
    return meanEstimate(differences, { min: 0 });
  });
}
