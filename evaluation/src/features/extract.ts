/**
 * Runs a feature network on images, some at a time: makes them as large and as coloured as the network wants them, and
 * checks what comes out. onnxruntime computes on this thread, so between calls there is a pause.
 */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { type ImageShape, sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { Features, ImageSet } from '../sets/types.ts';
import { type FeatureRange, levelsOf } from './range.ts';
import { createResizer } from './resize.ts';

export interface Extractor {
  session: ort.InferenceSession;
  /** For sentences: the file's name. */
  name: string;
  input: { name: string; type: 'float32' | 'uint8'; shape: ImageShape; batch: number | undefined };
  /** What black and white are in the network's input. */
  range: FeatureRange;
  /** Of the outputs. */
  features: string;
  /** Scores of the classes, if it is a classifier. */
  logits?: string | undefined;
}

/** Values of a call's input, at most. */
const MOST_VALUES = 1 << 21;
const MOST_ROWS = 256;

/**
 * @throws InputError for images of another shape than `shape`, and for features that are not finite; the signal's reason
 *   when it is aborted.
 */
export async function extractFeatures(
  extractor: Extractor,
  shape: ImageShape,
  images: ImageSet,
  signal?: AbortSignal,
): Promise<Features> {
  if (images.shape.some((side, axis) => side !== shape[axis])) {
    throw new InputError(
      `Cannot measure features: images must be ${shape.join(' x ')}, as the training images are, received ${images.shape.join(' x ')}.`,
    );
  }
  const { input } = extractor;
  const size = sizeOf(shape);
  const rows = input.batch ?? Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / sizeOf(input.shape))));
  const fill = createFiller(extractor, shape, rows);
  let values = new Float32Array(0);
  let width = 0;
  const classes = extractor.logits === undefined ? undefined : new Int32Array(images.count);
  for (let first = 0; first < images.count; first += rows) {
    signal?.throwIfAborted();
    const count = Math.min(rows, images.count - first);
    const tensor = fill(images.pixels.subarray(first * size, (first + count) * size), count);
    const seen = await extractor.session.run({ [input.name]: tensor });
    const found = seen[extractor.features]!.data as Float32Array;
    if (first === 0) {
      width = sizeOf(seen[extractor.features]!.dims) / tensor.dims[0]!;
      values = new Float32Array(images.count * width);
    }
    const some = found.subarray(0, count * width);
    const bad = some.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new InputError(
        `Cannot measure features: ${extractor.name} must give finite numbers, received ${some[bad]} for image ${first + Math.floor(bad / width)}.`,
      );
    }
    values.set(some, first * width);
    if (classes) classes.set(largestOf(seen[extractor.logits!]!, count), first);
    await new Promise(setImmediate);
  }
  return { count: images.count, width, values, ...(classes && { classes }) };
}

/** The place of the largest score of each row. */
function largestOf({ data, dims }: ort.Tensor, count: number): Int32Array {
  const scores = data as Float32Array;
  const width = dims[1]!;
  return Int32Array.from({ length: count }, (_, i) => {
    let best = 0;
    for (let k = 1; k < width; k++) if (scores[i * width + k]! > scores[i * width + best]!) best = k;
    return best;
  });
}

/** Bytes [count, C, H, W] to the network's input; a network of fixed batch gets zeros after the last image. */
export function createFiller(
  { input, range }: Pick<Extractor, 'input' | 'range'>,
  [channels, height, width]: ImageShape,
  rows: number,
) {
  const [wanted, tall, wide] = input.shape;
  const plane = tall * wide;
  const resize = createResizer([height, width], [tall, wide]);
  const seen = new Float32Array(rows * channels * plane);
  const levels = levelsOf(range);
  return (bytes: Uint8Array, count: number): ort.Tensor => {
    resize(bytes, seen);
    const length = input.batch ?? count;
    const values =
      input.type === 'uint8' ? new Uint8Array(length * wanted * plane) : new Float32Array(length * wanted * plane);
    for (let i = 0; i < count; i++) {
      for (let channel = 0; channel < wanted; channel++) {
        const from = (i * channels + (channels === 1 ? 0 : channel)) * plane;
        const to = (i * wanted + channel) * plane;
        const { scale, shift } = levels[channel % levels.length]!;
        if (input.type === 'uint8') for (let p = 0; p < plane; p++) values[to + p] = Math.round(seen[from + p]!);
        else for (let p = 0; p < plane; p++) values[to + p] = seen[from + p]! * scale + shift;
      }
    }
    const dims = [length, wanted, tall, wide];
    return values instanceof Uint8Array
      ? new ort.Tensor('uint8', values, dims)
      : new ort.Tensor('float32', values, dims);
  };
}
