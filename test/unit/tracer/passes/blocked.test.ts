import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { eachLong } from '#test/each-long.ts';
import { expectSame, type Input, randomInput, runGraph, type Tolerance, uniforms } from '#test/models/traced.ts';
import { skipBecause } from '#test/skip.ts';
import { blockConvolutions, type Graph, type TraceOptions, trace } from '#tracer/index.ts';
import { blockSize } from '#training/engines/onnx/block-size.ts';
import { handmade, shape } from './handmade.ts';

const found = await blockSize();
const lacksBlocks =
  found === undefined ? 'onnxruntime has no blocked kernels for this processor: run on x64' : undefined;
const block = found ?? 16;

type Fn = (t: tf.NamedTensorMap) => tf.NamedTensorMap;

const given = (name: string, dims: readonly number[], seed: number, most = 1) =>
  randomInput(uniforms(seed), name, dims, [-most, most]);
const conv = (x: tf.Tensor, w: tf.Tensor, stride = 1) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, 'same');
const count = ({ nodes }: Graph, op: string): number => nodes.filter((node) => node.op === op).length;
const blocksOf = ({ nodes }: Graph) => nodes.filter(({ domain }) => domain === 'com.microsoft.nchwc').length;

/** The graph on blocked kernels, which must have the values of that before. */
async function blocked(graph: Graph, inputs: readonly Input[], tolerance: Tolerance): Promise<Graph> {
  const expected = await runGraph(graph, inputs);
  blockConvolutions(graph, block);
  expectSame(await runGraph(graph, inputs), expected, tolerance);
  return graph;
}

describe('blockConvolutions', skipBecause(lacksBlocks), () => {
  const LAYERS = [
    { kind: 'conv', stride: 1, kernel: 3, channels: [block, 2 * block] },
    { kind: 'conv', stride: 2, kernel: 4, channels: [2 * block, block] },
    { kind: 'conv', stride: 2, kernel: 3, channels: [block, block] },
    { kind: 'transposed', stride: 2, kernel: 4, channels: [2 * block, block] },
    { kind: 'transposed', stride: 2, kernel: 2, channels: [block, 2 * block] },
  ] as const;
  eachLong(
    LAYERS,
    'changes no value nor gradient: $kind, stride $stride, kernel $kernel, channels $channels',
    async ({ kind, stride, kernel, channels: [from, to] }) => {
      const side = 36;
      const out: [number, number, number, number] = [4, side * stride, side * stride, to];
      const apply = (image: tf.Tensor, w: tf.Tensor, bias: tf.Tensor) =>
        tf.add(
          kind === 'conv'
            ? conv(image, w, stride)
            : tf.conv2dTranspose(image as tf.Tensor4D, w as tf.Tensor4D, out, stride, 'same'),
          bias,
        );
      const filter = kind === 'conv' ? [kernel, kernel, from, to] : [kernel, kernel, to, from];
      const inputs = [given('x', [4, side, side, from], 1), given('w', filter, 2), given('bias', [to], 3)];
      const loss = (...all: tf.Tensor[]) => tf.sum(tf.square(apply(all[0]!, all[1]!, all[2]!))) as tf.Scalar;
      const fn: Fn = ({ x, w, bias }) => {
        const [dx, dw, db] = tf.grads(loss)([x!, w!, bias!]) as [tf.Tensor, tf.Tensor, tf.Tensor];
        return { y: apply(x!, w!, bias!), dx, dw, db };
      };
      const graph = await blocked(trace(fn, inputs), inputs, { absolute: 1e-2, relative: 1e-4 });
      expect(blocksOf(graph)).toBeGreaterThan(0);
    },
  );

  it.each<[string, number[], number[], boolean, TraceOptions?]>([
    ['whole blocks', [4, 18, 18, block], [3, 3, block, block], true],
    ['odd channels', [4, 18, 18, block + 1], [3, 3, block + 1, block], false],
    ['few pixels', [1, 18, 18, block], [3, 3, block, block], false],
    // onnxruntime itself rearranges a constant filter.
    [
      'a constant',
      [4, 18, 18, block],
      [3, 3, block, block],
      false,
      { constants: [{ ...given('w', [3, 3, block, block], 1), data: new Float32Array(9 * block * block) }] },
    ],
  ])('takes what fits, and leaves the rest: %s', (_, x, w, fits, options = {}) => {
    const inputs = [given('x', x, 1), ...(options.constants ? [] : [given('w', w, 2)])];
    const graph = trace(({ x, w }) => ({ y: conv(x!, w!) }), inputs, options);
    blockConvolutions(graph, block);
    expect(blocksOf(graph) > 0 && count(graph, 'ReorderInput') > 0).toBe(fits);
  });

  it.each([
    ['the reversed taps of a swapped filter', -1, -1, [4, block, 18, 18]],
    ['a part of a swapped filter, which it does not take for that', 1, 1, [4, block, 19, 19]],
  ] as const)('changes no value: %s', async (_, start, step, dims) => {
    const kernel = step === -1 ? 3 : 2;
    const [from, to, steps] = [start, step * 99, step].map((number) => shape(number, number)) as [never, never, never];
    const graph = handmade({
      inputs: { x: [4, block, 18, 18], w: [block, block, 3, 3] },
      constants: { from, to, axes: shape(2, 3), step: steps },
      nodes: [
        ['swapped = Transpose(w)', [block, block, 3, 3], { perm: { ints: [1, 0, 2, 3] } }],
        ['part = Slice(swapped, from, to, axes, step)', [block, block, kernel, kernel]],
        ['y = Conv(x, part)', dims, { pads: { ints: [1, 1, 1, 1] }, group: { int: 1 } }],
      ],
    });
    const inputs = graph.inputs.map(({ name, dims }, i) => given(name, dims as number[], i));
    await blocked(graph, inputs, { absolute: 1e-3, relative: 1e-5 });
    expect([count(graph, 'ReorderOutput'), count(graph, 'Slice')]).toEqual([1, step === 1 ? 1 : 0]);
  });
});

const [N, SIDE, C] = [2, 32, 2 * block];
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

type Between = (x: tf.Tensor4D, given: tf.NamedTensorMap) => tf.Tensor;
/** What lies between two convolutions, how many images leave their blocks, and how many ReLUs are not part of a convolution. */
const BETWEEN: [string, Between, left: number, relus?: number][] = [
  ['a ReLU', (x) => tf.relu(x), 1, 0],
  ['a ReLU and its derivative', (x) => tf.add(tf.relu(x), tf.mul(tf.step(x), 2)), 1, 0],
  ['a ReLU and what comes before', (x) => tf.add(tf.relu(x), x), 1, 1],
  ['operators on two images', (x) => tf.sub(tf.mul(x, x), tf.add(x, 1)), 1],
  ['a factor for each channel', (x, { channel }) => tf.mul(channel!, x), 1],
  ['factor and summand for each channel', (x, { channel }) => tf.add(tf.mul(x, channel!), tf.neg(channel!)), 1],
  [
    'a product that is read before its summand, too',
    (x, { channel }) => {
      const product = tf.mul(x, channel!);
      return tf.mul(tf.add(product, channel!), product);
    },
    1,
  ],
  ['a summand for each channel of each image', (x, { image }) => tf.add(x, image!), 1],
  ['a factor for each, a summand of each image', (x, { channel, image }) => tf.add(tf.mul(x, channel!), image!), 1],
  ['less a number for each channel', (x, { channel }) => tf.sub(x, channel!), 1],
  ['less the mean of rows and images', (x) => tf.sub(x, tf.mean(x, [0, 1, 2], true)), 1],
  ['the sum of each image', (x) => tf.mul(x, tf.mul(tf.sum(x, [1, 2], true), 0.01)), 1],
  ['the sum over all images, without its axes', (x) => tf.mul(x, tf.mul(tf.sum(x, [0, 1, 2]), 0.01)), 1],
  ['more channels', (x) => tf.concat([tf.relu(x), x], 3), 1],
  ['channels apart', (x) => tf.concat((tf.split(x, 2, 3) as tf.Tensor[]).reverse(), 3), 1],
  ['a sum over channels', (x) => tf.mul(x, tf.mul(tf.sum(x, 3, true), 0.1)), 2],
  [
    'channels that fill blocks in part',
    (x) => tf.concat([tf.slice(x, [0, 0, 0, 0], [-1, -1, -1, 3]), tf.slice(x, [0, 0, 0, 3], [-1, -1, -1, C - 3])], 3),
    2,
  ],
];

describe('blockConvolutions keeps images in blocks', skipBecause(lacksBlocks), () => {
  it.each(BETWEEN)('or not, with %s between two convolutions', async (_, between, left, relus) => {
    const fn: Fn = (t) => {
      const x = between(conv(t.x!, t.v!), t);
      return { y: conv(x, x.shape[3] === C ? t.w! : t.u!) };
    };
    const graph = await blocked(trace(fn, INPUTS, { sumsInSteps: true }), INPUTS, {});
    expect(count(graph, 'ReorderOutput')).toBe(left);
    if (relus !== undefined) expect(count(graph, 'Relu')).toBe(relus);
  });
});
