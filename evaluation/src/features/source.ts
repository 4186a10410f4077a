/** What a feature network trains on: images that are read by place, from a dataset's training split or from memory. */
import type { ImageShape } from '@onnoise/scheduler/model';
import type { Dataset } from '@onnoise/training/data';
import type { ImageSet } from '../sets/types.ts';

export interface TrainingSource {
  shape: ImageShape;
  count: number;
  /** [count] */
  labels?: Int32Array | undefined;
  /** [count, K] */
  conditions?: Float64Array | undefined;
  /** Copies the images at these places, from 0 to count - 1, into `out`: [n, C, H, W]. */
  read(places: Uint32Array, out: Uint8Array): Promise<void> | void;
  /** The same for their masks: class numbers, [n, H, W]. */
  readMasks?: ((places: Uint32Array, out: Uint8Array) => Promise<void> | void) | undefined;
}

/** The images of a dataset with these numbers. */
export function sourceOfDataset(dataset: Dataset, numbers: Uint32Array): TrainingSource {
  const { channels, height, width, labels, conditions, beside } = dataset;
  const k = conditions?.names.length ?? 0;
  const numbersOf = (places: Uint32Array) => Array.from(places, (place) => numbers[place]!);
  return {
    shape: [channels, height, width],
    count: numbers.length,
    labels: labels && Int32Array.from(numbers, (number) => labels[number]!),
    ...(conditions && {
      conditions: Float64Array.from({ length: k * numbers.length }, (_, i) => {
        return conditions.values[k * numbers[Math.floor(i / k)]! + (i % k)]!;
      }),
    }),
    read: (places, out) => dataset.read(numbersOf(places), out),
    ...(beside?.mask && { readMasks: (places, out) => beside.read(numbersOf(places), out) }),
  };
}

export function sourceOfImages({ shape, count, pixels, labels, conditions }: ImageSet): TrainingSource {
  const size = shape[0] * shape[1] * shape[2];
  return {
    shape,
    count,
    labels,
    conditions,
    read(places, out) {
      for (const [i, place] of places.entries()) out.set(pixels.subarray(place * size, (place + 1) * size), i * size);
    },
  };
}

/**
 * Images of two sources with their classes as one: so many of each that a share is of the second, and each image at least once. Those of the source that is
 * too small for its share come several times.
 * @param share of the second, above 0 and below 1
 */
export function joinSources(first: TrainingSource, second: TrainingSource, share: number): TrainingSource {
  const [a, b] = [first, second];
  const count = Math.max(Math.ceil(a.count / (1 - share)), Math.ceil(b.count / share));
  const ofSecond = Math.max(b.count, Math.round(count * share));
  const ofFirst = Math.max(a.count, count - ofSecond);
  const partOf = (place: number) =>
    place < ofFirst ? { of: a, at: place % a.count } : { of: b, at: (place - ofFirst) % b.count };
  const places = Array.from({ length: ofFirst + ofSecond }, (_, place) => partOf(place));
  return {
    shape: a.shape,
    count: places.length,
    ...(a.labels && { labels: Int32Array.from(places, ({ of, at }) => of.labels![at]!) }),
    async read(wanted, out) {
      const size = out.length / wanted.length;
      for (const [i, place] of wanted.entries()) {
        const { of, at } = places[place]!;
        await of.read(Uint32Array.of(at), out.subarray(i * size, (i + 1) * size));
      }
    },
  };
}
