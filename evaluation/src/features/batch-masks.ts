/** Masks of a batch, as the feature networks' images are: made smaller, and turned, moved and scaled in the same way, by nearest neighbour. */
import { fitLabels } from '@onnoise/base/labels';
import { affineNearest } from '@onnoise/training/data';
import type { Drawn } from './batches.ts';
import { seenShape } from './shape.ts';
import type { TrainingSource } from './source.ts';

/**
 * Class numbers of another size, each that under the middle of its pixel.
 * @param masks [n, *from] @param from, to [height, width]
 * @returns [n, *to]
 */
export function resizeMasks(
  masks: Uint8Array,
  from: readonly [number, number],
  to: readonly [number, number],
): Uint8Array {
  const [[height, width], [tall, wide]] = [from, to];
  if (height === tall && width === wide) return masks;
  const plane = height * width;
  const out = new Uint8Array((masks.length / plane) * tall * wide);
  for (let i = 0; i * plane < masks.length; i++) {
    const map = { width, height, labels: Uint16Array.from(masks.subarray(i * plane, (i + 1) * plane)) };
    out.set(fitLabels(map, map, { size: `${wide}x${tall}`, fit: 'stretch' }), i * tall * wide);
  }
  return out;
}

/** @returns a function that gives the masks of a batch of `createBatches`, [B, H, W] of the network's input */
export function createMasks({ shape, readMasks }: TrainingSource, batch: number) {
  if (!readMasks) throw new Error('a segmenter needs masks');
  const [, rows, columns] = shape;
  const [, height, width] = seenShape(shape).input;
  const plane = height * width;
  const whole = new Uint8Array(batch * rows * columns);
  const moved = new Uint8Array(plane);
  return async ({ places, augmentations }: Drawn): Promise<Float32Array> => {
    await readMasks(places, whole);
    const small = resizeMasks(whole, [rows, columns], [height, width]);
    const out = new Float32Array(batch * plane);
    for (const [i, augmentation] of augmentations.entries()) {
      affineNearest(small, { channels: 1, height, width, at: i * plane }, augmentation, false, moved);
      out.set(moved, i * plane);
    }
    return out;
  };
}
