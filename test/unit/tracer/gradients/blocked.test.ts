import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectTraced } from '#test/models/traced.ts';
import { skipBecause } from '#test/skip.ts';
import { blockSize } from '#training/engines/onnx/block-size.ts';
import { float } from '../rows/row.ts';
import { differentiated } from './gradient.ts';

const found = await blockSize();
const lacksBlocks =
  found === undefined ? 'onnxruntime has no blocked kernels for this processor: run on x64' : undefined;
const block = found ?? 16;

/** Batch, height, width, channels in and out, taps a side, stride and padding. */
type Sizes = readonly [number, number, number, number, number, number, number, 'same' | 'valid'];

const SUITED: Sizes[] = [
  [1, 9, 10, block, block, 3, 1, 'same'],
  [5, 9, 9, 2 * block, block, 3, 1, 'valid'],
  [block, 12, 10, block, 2 * block, 3, 1, 'same'], // adding up all images moves less
  [2 * block, 9, 9, block, 2 * block, 3, 1, 'same'], // groups of several images
  [block, 10, 12, block, block, 4, 2, 'same'],
  [4, 17, 16, block, block, 3, 2, 'same'], // the taps' rows end with the image, their columns before
  [3, 8, 12, block, 3 * block, 1, 1, 'same'],
  [6, 14, 14, block, block, 5, 3, 'same'],
  [block, 9, 10, 1, block, 3, 1, 'same'], // fewer inputs than a block
  [4, 12, 10, 3, block, 4, 2, 'same'],
];

const UNSUITED: [string, Sizes][] = [
  ['outputs that fill no block', [2, 12, 12, block, block + 1, 3, 1, 'same']],
  ['inputs that fill a block in part', [2, 12, 12, block + 1, block, 3, 1, 'same']],
  ['a batch that fills a block in part', [block + 1, 9, 9, block, block, 3, 1, 'same']],
  ['columns and rows that no tap reads', [5, 10, 10, block, block, 3, 2, 'valid']],
];

const traced = ([batch, height, width, inputs, outputs, kernel, stride, pad]: Sizes) => {
  const { inputs: given, gradients } = differentiated(
    [float([batch, height, width, inputs], [-1, 1]), float([kernel, kernel, inputs, outputs], [-1, 1])],
    // Sums are near 1, as the tolerance assumes.
    (x, w) => tf.mul(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad), 1 / Math.sqrt(batch * height * width)),
    3,
  );
  return expectTraced(gradients, given, { absolute: 2e-5, relative: 2e-5 }, { block });
};

const isBlocked = ({ nodes }: Awaited<ReturnType<typeof traced>>): boolean =>
  nodes.some(({ op, domain }) => op === 'Conv' && domain === 'com.microsoft.nchwc');

describe('the filter gradient as a blocked convolution', skipBecause(lacksBlocks), () => {
  const hasValues = async (...sizes: Sizes) => {
    expect(isBlocked(await traced(sizes))).toBe(true);
  };
  const TITLE =
    'has the values of the plain one: batch %i, %ix%i pixels, %i to %i channels, %i taps a side, stride %i, %s';
  it.each(SUITED.slice(0, 1))(TITLE, hasValues);
  it.each(SUITED.slice(1))(TITLE, { tags: 'long' }, hasValues);

  it.each(UNSUITED)('is left alone with %s', { tags: 'long' }, async (_, sizes) => {
    expect(isBlocked(await traced(sizes))).toBe(false);
  });
});
