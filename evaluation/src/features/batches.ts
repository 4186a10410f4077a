/**
 * Batches for a feature network: images in an order of the seed, a little turned, moved, scaled and changed in contrast,
 * as floats in [-1, 1]. Never mirrored: that makes another letter, and another side of the body.
 */
import { gaussian, shuffle, uniform } from '@onnoise/scheduler';
import { sizeOf } from '@onnoise/scheduler/model';
import { orderStream } from '@onnoise/scheduler/training';
import {
  type Augmentation,
  type AugmentOptions,
  adjustContrast,
  affine,
  drawAugmentations,
} from '@onnoise/training/data';
import { createResizer } from './resize.ts';
import { seenShape } from './shape.ts';
import type { TrainingSource } from './source.ts';

/** Degrees, and shares of the side, of the size and of the contrast; either way. */
const MOST: AugmentOptions = { rotate: 8, translate: 0.06, scale: 0.1, contrast: 0.1 };
const LEVEL_STREAM = 0x2100_0000;

export interface Drawn {
  /** [B, C, H, W] of the network's input, in [-1, 1]. */
  images: Float32Array;
  /** [B], of the source. */
  places: Uint32Array;
  /** [B], how the images were moved. */
  augmentations: readonly Augmentation[];
}

/** @returns a function that draws batch `number`, which depends on the source, the seed and the number alone. */
export function createBatches(source: TrainingSource, batch: number, seed: number) {
  const { input } = seenShape(source.shape);
  const [channels, height, width] = input;
  const size = sizeOf(input);
  const bytes = new Uint8Array(batch * sizeOf(source.shape));
  const small = new Uint8ClampedArray(batch * size); // it rounds what is written
  const rounded = new Uint8Array(small.buffer);
  const resize = createResizer([source.shape[1], source.shape[2]], [height, width]);
  let order: { epoch: number; places: Uint32Array } | undefined;

  /** Place `index` of an endless sequence: every epoch has all images, in its own order. */
  const placeAt = (index: number): number => {
    const epoch = Math.floor(index / source.count);
    if (order?.epoch !== epoch) {
      const all = Uint32Array.from({ length: source.count }, (_, i) => i);
      order = { epoch, places: shuffle(all, seed, orderStream(epoch)) };
    }
    return order.places[index % source.count]!;
  };

  return async (number: number): Promise<Drawn> => {
    const first = number * batch;
    const places = Uint32Array.from({ length: batch }, (_, i) => placeAt(first + i));
    await source.read(places, bytes);
    resize(bytes, small);
    const images = new Float32Array(batch * size);
    const augmentations = drawAugmentations(MOST, { seed, epoch: 0, first, count: batch, width, height });
    for (const [i, augmentation] of augmentations.entries()) {
      const planes = { channels, height, width, at: i * size };
      affine(rounded, planes, augmentation, false, images);
      adjustContrast(images, planes, augmentation.contrast);
    }
    return { images, places, augmentations };
  };
}

/** Gaussian numbers that all noise is taken from: drawing each anew would take longer than training. */
const POOL = 1 << 18;

/**
 * @returns a function that adds noise to the images of batch `number`, to each with a deviation of its own, drawn evenly
 *   from 0 to `most`; it returns the deviations as shares of `most`, [B].
 */
export function createNoise(batch: number, most: number, seed: number) {
  const pool = new Float32Array(POOL);
  gaussian(seed, 0, pool);
  const draws = new Float64Array(2 * batch);
  return (images: Float32Array, number: number): Float32Array => {
    const size = images.length / batch;
    uniform(seed, LEVEL_STREAM, number * draws.length, draws);
    const levels = Float32Array.from({ length: batch }, (_, i) => draws[2 * i]!);
    for (const [i, level] of levels.entries()) {
      const first = Math.floor(draws[2 * i + 1]! * (POOL - size));
      const at = i * size;
      const deviation = most * level;
      for (let k = 0; k < size; k++) images[at + k]! += deviation * pool[first + k]!;
    }
    return levels;
  };
}
