import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectSame, randomInput, runGraph, uniforms } from '#test/models/traced.ts';
import { skipBecause } from '#test/skip.ts';
import { blockConvolutions, type Graph, trace } from '#tracer/index.ts';
import { blockSize } from '#training/engines/onnx/block-size.ts';

const found = await blockSize();
const lacksBlocks =
  found === undefined ? 'onnxruntime has no blocked kernels for this processor: run on x64' : undefined;
const block = found ?? 16;
const [N, SIDE, C] = [2, 32, 2 * block];

type Between = (x: tf.Tensor4D, given: Record<string, tf.Tensor>) => tf.Tensor;

const given = (name: string, shape: number[], seed: number, most = 1) =>
  randomInput(uniforms(seed), name, shape, [-most, most]);
/** With filters of up to so much, values stay near 1, as the tolerance assumes. */
const SMALL = 3 / Math.sqrt(9 * C);
const INPUTS = [
  given('x', [N, SIDE, SIDE, C], 1),
  given('v', [3, 3, C, C], 2, SMALL),
  given('w', [3, 3, C, C], 3, SMALL),
  given('u', [3, 3, 2 * C, C], 4, SMALL),
  given('channel', [C], 5),
  given('image', [N, 1, 1, C], 6),
];

/** Something between two convolutions. */
const network = (between: Between) => (t: Record<string, tf.Tensor>) => {
  const conv = (x: tf.Tensor, w: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same');
  const x = between(conv(t.x!, t.v!), t);
  return { y: conv(x, x.shape[3] === C ? t.w! : t.u!) };
};

const count = ({ nodes }: Graph, op: string): number => nodes.filter((node) => node.op === op).length;

async function blocked(between: Between) {
  const fn = network(between);
  const graph = trace(fn, INPUTS, { sumsInSteps: true });
  const expected = await runGraph(graph, INPUTS);
  blockConvolutions(graph, block);
  expectSame(await runGraph(graph, INPUTS), expected, { absolute: 1e-5, relative: 1e-5 });
  return graph;
}

const INSIDE: [string, Between][] = [
  ['a ReLU', (x) => tf.relu(x)],
  ['a ReLU and its derivative', (x) => tf.add(tf.relu(x), tf.mul(tf.step(x), x))],
  ['operators on two images', (x) => tf.sub(tf.mul(x, x), tf.add(x, 1))],
  ['a factor for each channel', (x, { channel }) => tf.mul(channel!, x)],
  ['factor and summand for each channel', (x, { channel }) => tf.add(tf.mul(x, channel!), tf.neg(channel!))],
  [
    'a product that is read before its summand, too',
    (x, { channel }) => {
      const product = tf.mul(x, channel!);
      return tf.mul(tf.add(product, channel!), product);
    },
  ],
  ['a summand for each channel of each image', (x, { image }) => tf.add(x, image!)],
  [
    'a factor for each channel, a summand for each of each image',
    (x, { channel, image }) => tf.add(tf.mul(x, channel!), image!),
  ],
  ['less a number for each channel', (x, { channel }) => tf.sub(x, channel!)],
  ['less the mean of rows and images', (x) => tf.sub(x, tf.mean(x, [0, 1, 2], true))],
  ['the sum of each image', (x) => tf.mul(x, tf.mul(tf.sum(x, [1, 2], true), 0.01))],
  ['the sum over all images, without its axes', (x) => tf.mul(x, tf.mul(tf.sum(x, [0, 1, 2]), 0.01))],
  ['more channels', (x) => tf.concat([tf.relu(x), x], 3)],
  [
    'channels apart',
    (x) => {
      const [a, b] = tf.split(x, 2, 3) as [tf.Tensor, tf.Tensor];
      return tf.concat([b, a], 3);
    },
  ],
];

const OUTSIDE: [string, Between][] = [
  ['a sum over channels', (x) => tf.mul(x, tf.mul(tf.sum(x, 3, true), 0.1))],
  [
    'channels that fill blocks in part',
    (x) =>
      tf.concat([tf.slice(x, [0, 0, 0, 0], [N, SIDE, SIDE, 3]), tf.slice(x, [0, 0, 0, 3], [N, SIDE, SIDE, C - 3])], 3),
  ],
];

describe('blockConvolutions keeps images in blocks', skipBecause(lacksBlocks), () => {
  it.each(INSIDE)('with %s between two convolutions', async (_, between) => {
    const graph = await blocked(between);
    expect(count(graph, 'ReorderOutput')).toBe(1);
  });

  it.each(OUTSIDE)('but not with %s', async (_, between) => {
    const graph = await blocked(between);
    expect(count(graph, 'ReorderOutput')).toBe(2);
  });

  it('and gives a convolution its ReLU only where nothing else reads what comes before', async () => {
    expect(count(await blocked((x) => tf.relu(x)), 'Relu')).toBe(0);
    expect(count(await blocked((x) => tf.add(tf.relu(x), tf.mul(tf.step(x), 2))), 'Relu')).toBe(0);
    expect(count(await blocked((x) => tf.add(tf.relu(x), x)), 'Relu')).toBe(1);
  });
});
