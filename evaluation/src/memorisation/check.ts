/** Refuses images that cannot be compared, before the search. */
import { check, integer } from '@onnoise/scheduler/rules';
import { checkShape } from '../sets/check-sets.ts';
import type { ImageSet } from '../sets/types.ts';

export const ACTION = 'look for copies';
/** A score needs the nearest training image, and others to compare it with. */
export const FEWEST_DIFFERENT = 3;

export function checkImages(samples: ImageSet, training: ImageSet, heldOut: ImageSet): void {
  check(ACTION, 'the number of pictures', integer(1), samples.count);
  check(ACTION, 'the number of training images', integer(FEWEST_DIFFERENT), training.count);
  check(ACTION, 'the number of held-out images', integer(1), heldOut.count);
  checkShape(ACTION, 'the pictures', samples, training);
  checkShape(ACTION, 'the held-out images', heldOut, training);
  for (const [name, { count, shape, pixels }] of Object.entries({ pictures: samples, training, heldOut })) {
    const bytes = count * shape[0] * shape[1] * shape[2];
    if (pixels.length !== bytes) throw new Error(`${name}: ${count} images have ${bytes} bytes, not ${pixels.length}`);
  }
}

/** @param count of training images of which no two are the same */
export function checkDifferent(count: number): void {
  check(ACTION, 'the number of different training images', integer(FEWEST_DIFFERENT), count);
}
