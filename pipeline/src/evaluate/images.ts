/** Sets of images in memory: parts of a dataset, and parts of those. */
import { check, type ImageShape, InputError, integer, shuffle } from '@onnoise/scheduler';
import type { Dataset } from '../data/types.ts';
import { sizeOf } from '../shape.ts';
import { formatBytes } from '../terminal/format.ts';
import { type Candidate, FEWEST_TO_TRAIN } from './measures/index.ts';
import { FEWEST_DIFFERENT } from './memorisation/index.ts';
import type { Features, ImageSet } from './types.ts';

/** Most bytes of the images to train on: they are compared in memory. */
const MOST_BYTES = 2 ** 31;
/** Images that are compared at a time to find some that differ: mostly, the first ones do. */
const LOOKED_AT = 64;
const CHOICE_STREAM = 0x0a00_0000;

export const shapeOf = ({ channels, height, width }: Dataset): ImageShape => [channels, height, width];

/** @throws InputError where so many images of a dataset would not fit into memory. */
export function checkMemory(dataset: Dataset, count: number): void {
  const shape = shapeOf(dataset);
  const bytes = count * sizeOf(shape);
  if (bytes <= MOST_BYTES) return;
  throw new InputError(
    `Cannot evaluate with ${dataset.name}: its images must take at most ${formatBytes(MOST_BYTES)} of memory, ${count} of ${shape.join(' x ')} take ${formatBytes(bytes)}.`,
  );
}

/**
 * The pictures of all settings wait in memory for what measures them.
 * @param settings how many there are: the evaluation's own, and each row of the sweep
 * @throws InputError where they would not fit
 */
export function checkPictures(action: string, shape: ImageShape, count: number, settings: number): void {
  const bytes = settings * count * sizeOf(shape);
  if (bytes <= MOST_BYTES) return;
  const rows = settings === 1 ? '' : ` with ${settings} settings`;
  throw new InputError(
    `Cannot ${action}: all pictures must take at most ${formatBytes(MOST_BYTES)} of memory, ${count} of ${shape.join(' x ')}${rows} take ${formatBytes(bytes)}. Lower --count${settings === 1 ? '' : ', or split --sweep'}.`,
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

/** The images with these numbers, in that order. */
export async function readImages(dataset: Dataset, numbers: Uint32Array): Promise<ImageSet> {
  const shape = shapeOf(dataset);
  const pixels = new Uint8Array(numbers.length * sizeOf(shape));
  await dataset.read(numbers, pixels);
  const { labels } = dataset;
  return {
    shape,
    count: numbers.length,
    pixels,
    ...(labels && { labels: Int32Array.from(numbers, (i) => labels[i]!) }),
  };
}

/** `most` of the places 0 to `count - 1`, chosen by the seed, in the order drawn. */
export const placesOf = (count: number, most: number, seed: number): Uint32Array =>
  shuffle(
    Uint32Array.from({ length: count }, (_, i) => i),
    seed,
    CHOICE_STREAM,
  ).slice(0, most);

/** Some images of a set, with what is seen in them. */
export const takeRows = ({ images, features }: Candidate, places: ArrayLike<number>): Candidate => ({
  images: takeImages(images, places),
  features: takeFeatures(features, places),
});

/** The images at these places, in their order. */
export function takeImages({ shape, pixels, labels }: ImageSet, places: ArrayLike<number>): ImageSet {
  return {
    shape,
    count: places.length,
    pixels: rowsOf(pixels, sizeOf(shape), places),
    ...(labels && { labels: rowsOf(labels, 1, places) }),
  };
}

/** The features of the images at these places, in their order. */
export function takeFeatures({ width, values, classes }: Features, places: ArrayLike<number>): Features {
  return {
    count: places.length,
    width,
    values: rowsOf(values, width, places),
    ...(classes && { classes: rowsOf(classes, 1, places) }),
  };
}

function rowsOf<T extends Uint8Array | Int32Array | Float32Array>(
  values: T,
  width: number,
  places: ArrayLike<number>,
): T {
  const rows = new (values.constructor as new (length: number) => T)(places.length * width);
  for (let i = 0; i < places.length; i++) {
    rows.set(values.subarray(places[i]! * width, (places[i]! + 1) * width), i * width);
  }
  return rows;
}
