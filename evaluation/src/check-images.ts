/** What images and pictures must be before anything is trained or sampled. */

import { formatBytes } from '@onnoise/base/text';
import { type ImageShape, sizeOf } from '@onnoise/scheduler/model';
import { check, InputError, integer } from '@onnoise/scheduler/rules';
import type { Dataset } from '@onnoise/training/data';
import { shapeOf } from './measures/images.ts';
import { FEWEST_TO_TRAIN } from './measures/index.ts';
import { FEWEST_DIFFERENT } from './memorisation/index.ts';

/** Most bytes of the images to train on: they are compared in memory. */
const MOST_BYTES = 2 ** 31;
/** Images that are compared at a time to find some that differ: mostly, the first ones do. */
const LOOKED_AT = 64;

/** @throws InputError where so many images of a dataset would not fit into memory. */
export function checkMemory(dataset: Dataset, count: number): void {
  const shape = shapeOf(dataset);
  const bytes = count * sizeOf(shape);
  if (bytes <= MOST_BYTES) return;
  throw new InputError(
    `Cannot evaluate with ${dataset.name}: its images must take at most ${formatBytes(MOST_BYTES)} of memory, but ${count} of ${shape.join(' x ')} take ${formatBytes(bytes)}.`,
  );
}

/**
 * The pictures wait in memory for what measures them.
 * @throws InputError where they would not fit
 */
export function checkPictures(action: string, shape: ImageShape, count: number): void {
  const bytes = count * sizeOf(shape);
  if (bytes <= MOST_BYTES) return;
  throw new InputError(
    `Cannot ${action}: all pictures must take at most ${formatBytes(MOST_BYTES)} of memory, but ${count} of ${shape.join(' x ')} take ${formatBytes(bytes)}. Lower --count.`,
  );
}

/**
 * @throws InputError for too few training images to measure distances from, and where nearly all are the same: a copy is
 *   told by a nearest training image, and others that are farther.
 */
export async function checkTraining(action: string, dataset: Dataset): Promise<void> {
  const { train, name } = dataset;
  check(action, `the number of images to train on of ${name}`, integer(FEWEST_TO_TRAIN), train.length);
  const size = sizeOf(shapeOf(dataset));
  const different = new Set<string>();
  for (let first = 0; first < train.length && different.size < FEWEST_DIFFERENT; first += LOOKED_AT) {
    const numbers = train.subarray(first, first + LOOKED_AT);
    const pixels = Buffer.alloc(numbers.length * size);
    await dataset.read(numbers, pixels);
    for (let i = 0; i < numbers.length; i++) different.add(pixels.toString('latin1', i * size, (i + 1) * size));
  }
  check(action, `the number of different images to train on of ${name}`, integer(FEWEST_DIFFERENT), different.size);
}
