/** Real digits in three groups that share no image, and changes of images. */

import type { ImageSet } from '#evaluation/sets/types.ts';
import { shuffle } from '#scheduler/index.ts';
import { prepare } from '#test/pictures/images.ts';

/** Cut out of one shuffled order of the digits, one group after the other. */
export async function digitGroups<const K extends string>(
  cacheDir: string,
  counts: Record<K, number>,
  size = 28,
): Promise<Record<K, ImageSet>> {
  const dataset = await prepare({ data: 'digits', size, channels: 1, cacheDir });
  const order = shuffle(dataset.train.slice(), 7, 0);
  let first = 0;
  const groups: Partial<Record<K, ImageSet>> = {};
  for (const name of Object.keys(counts) as K[]) {
    const numbers = order.subarray(first, first + counts[name]);
    first += counts[name];
    const pixels = new Uint8Array(numbers.length * size * size);
    await dataset.read(numbers, pixels);
    groups[name] = { shape: [1, size, size], count: numbers.length, pixels };
  }
  dataset.close();
  return groups as Record<K, ImageSet>;
}

export const sizeOfImage = ({ shape: [channels, height, width] }: ImageSet): number => channels * height * width;

/** Some images of a set. */
export function pick(set: ImageSet, numbers: readonly number[]): ImageSet {
  const size = sizeOfImage(set);
  const pixels = new Uint8Array(numbers.length * size);
  for (const [n, image] of numbers.entries())
    pixels.set(set.pixels.subarray(image * size, (image + 1) * size), n * size);
  return { shape: set.shape, count: numbers.length, pixels };
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function join(...sets: ImageSet[]): ImageSet {
  const pixels = new Uint8Array(sets.reduce((sum, set) => sum + set.pixels.length, 0));
  let at = 0;
  for (const set of sets) {
    pixels.set(set.pixels, at);
    at += set.pixels.length;
  }
  return { shape: sets[0]!.shape, count: sets.reduce((sum, { count }) => sum + count, 0), pixels };
}

/** Each pixel from its value and place. */
export function change(
  set: ImageSet,
  to: (at: (x: number, y: number) => number, x: number, y: number, i: number) => number,
) {
  const [, height, width] = set.shape;
  const plane = height * width;
  const pixels = new Uint8ClampedArray(set.pixels.length);
  for (let start = 0; start < pixels.length; start += plane) {
    const at = (x: number, y: number) =>
      x < 0 || y < 0 || x >= width || y >= height ? 0 : set.pixels[start + y * width + x]!;
    for (let i = 0; i < plane; i++) pixels[start + i] = to(at, i % width, Math.floor(i / width), start + i);
  }
  return { ...set, pixels: new Uint8Array(pixels) };
}
