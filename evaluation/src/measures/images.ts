/** Sets of images in memory: parts of a dataset, and parts of those. */
import { shuffle } from '@onnoise/scheduler';
import { type ImageShape, sizeOf } from '@onnoise/scheduler/model';
import type { Dataset } from '@onnoise/training/data';
import type { Features, ImageSet } from '../sets/types.ts';
import type { Candidate } from './index.ts';

const CHOICE_STREAM = 0x0a00_0000;

export const shapeOf = ({ channels, height, width }: Dataset): ImageShape => [channels, height, width];

/** The images with these numbers, in that order. */
export async function readImages(dataset: Dataset, numbers: Uint32Array): Promise<ImageSet> {
  const shape = shapeOf(dataset);
  const pixels = new Uint8Array(numbers.length * sizeOf(shape));
  await dataset.read(numbers, pixels);
  const { labels, conditions } = dataset;
  return {
    shape,
    count: numbers.length,
    pixels,
    ...(labels && { labels: Int32Array.from(numbers, (i) => labels[i]!) }),
    ...(conditions && { conditions: rowsOf(conditions.values, conditions.names.length, numbers) }),
  };
}

/** What lies beside the images with these numbers, [n, K, H, W]; undefined where nothing does. */
export async function readBeside(
  { beside, height, width }: Dataset,
  numbers: ArrayLike<number>,
): Promise<Uint8Array | undefined> {
  if (beside === undefined) return undefined;
  const levels = new Uint8Array(numbers.length * beside.channels * height * width);
  await beside.read(numbers, levels);
  return levels;
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
export function takeImages(
  { shape, count, pixels, labels, conditions, masks }: ImageSet,
  places: ArrayLike<number>,
): ImageSet {
  return {
    shape,
    count: places.length,
    pixels: rowsOf(pixels, sizeOf(shape), places),
    ...(labels && { labels: rowsOf(labels, 1, places) }),
    ...(conditions && { conditions: rowsOf(conditions, conditions.length / count, places) }),
    ...(masks && { masks: rowsOf(masks, masks.length / count, places) }),
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

function rowsOf<T extends Uint8Array | Int32Array | Float32Array | Float64Array>(
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
