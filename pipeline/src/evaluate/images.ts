/** Sets of images in memory: parts of a dataset, and noise. */
import { gaussian, type ImageShape, InputError, shuffle, toBytes } from '@onnoise/scheduler';
import type { Dataset } from '../data/types.ts';
import { sizeOf } from '../shape.ts';
import { formatBytes } from '../terminal/format.ts';
import type { ImageSet } from './types.ts';

/** Most bytes of the images to train on: they are compared in memory. */
const MOST_BYTES = 2 ** 31;
const CHOICE_STREAM = 0x0a00_0000;
const NOISE_STREAM = 0x0a00_0001;

export const shapeOf = ({ channels, height, width }: Dataset): ImageShape => [channels, height, width];

/** The images with these numbers, in that order. @throws InputError where they would not fit into memory. */
export async function readImages(dataset: Dataset, numbers: Uint32Array): Promise<ImageSet> {
  const shape = shapeOf(dataset);
  const bytes = numbers.length * sizeOf(shape);
  if (bytes > MOST_BYTES) {
    throw new InputError(
      `Cannot evaluate with ${dataset.name}: its images must take at most ${formatBytes(MOST_BYTES)} of memory, ${numbers.length} of ${shape.join(' x ')} take ${formatBytes(bytes)}.`,
    );
  }
  const pixels = new Uint8Array(bytes);
  await dataset.read(numbers, pixels);
  const { labels } = dataset;
  return {
    shape,
    count: numbers.length,
    pixels,
    ...(labels && { labels: Int32Array.from(numbers, (i) => labels[i]!) }),
  };
}

/** `count` of the numbers, chosen by the seed, in the order drawn. */
export const choose = (numbers: Uint32Array, count: number, seed: number): Uint32Array =>
  shuffle(numbers.slice(), seed, CHOICE_STREAM).slice(0, count);

/** What sampling begins with, seen as pictures: unit noise, cut at the ends of the range. It has the labels of a model's pictures. */
export function noiseImages({ shape, count, labels }: ImageSet, seed: number): ImageSet {
  const noise = new Float32Array(count * sizeOf(shape));
  gaussian(seed, 0, noise, NOISE_STREAM);
  return { shape, count, pixels: new Uint8Array(toBytes(noise).buffer), labels };
}
