/** Images of a prepared dataset, by number, for an evaluation. */
import type { Dataset } from '../../data/index.ts';
import type { ImageSet } from '../types.ts';

/** Images that are read at a time. */
const CHUNK = 256;

/**
 * The images with these numbers, in memory, with their labels if the dataset has some.
 * @throws the signal's reason when it is aborted.
 */
export async function imagesOf(dataset: Dataset, numbers: ArrayLike<number>, signal?: AbortSignal): Promise<ImageSet> {
  const { channels, height, width, labels } = dataset;
  const size = channels * height * width;
  const all = Uint32Array.from(numbers);
  const pixels = new Uint8Array(all.length * size);
  for (let first = 0; first < all.length; first += CHUNK) {
    signal?.throwIfAborted();
    const some = all.subarray(first, first + CHUNK);
    await dataset.read(some, pixels.subarray(first * size, (first + some.length) * size));
  }
  return {
    shape: [channels, height, width],
    count: all.length,
    pixels,
    ...(labels && { labels: Int32Array.from(all, (number) => labels[number]!) }),
  };
}
