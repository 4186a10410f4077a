/** The results of `explainPasses` for graphs from `trace`. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { TracedFunction } from '#test/models/traced.ts';
import { explainPasses, trace } from '#tracer/index.ts';
import { handmade } from './handmade.ts';

const x = { name: 'x', shape: [1, 2, 16, 16], dtype: 'float32' } as const;
const w = { name: 'w', shape: [3, 2, 3, 3], dtype: 'float32' } as const;

/** Images arrive in NCHW and filters in OIHW; tfjs needs NHWC and HWIO. */
const conv = (t: Record<string, tf.Tensor>) =>
  tf.conv2d(
    tf.transpose(t.x!, [0, 2, 3, 1]) as tf.Tensor4D,
    tf.transpose(t.w!, [2, 3, 1, 0]) as tf.Tensor4D,
    1,
    'same',
  );
const nchw = (y: tf.Tensor) => tf.transpose(y, [0, 3, 1, 2]);

const BIAS = tf.tensor1d([1, 2, 3]);

describe('explainPasses', () => {
  it.each<[string, TracedFunction, Parameters<typeof explainPasses>[1], object[]]>([
    [
      'why a bias stays beside its convolution',
      (t) => {
        const z = conv(t);
        return { y: nchw(tf.add(z, BIAS)), z: nchw(tf.relu(z)) };
      },
      {},
      [
        {
          rule: 'fold a bias into its convolution',
          node: 'Add',
          part: 'Conv|ConvTranspose(x, w)',
          reason: "Conv's output Conv has 1 other use",
        },
      ],
    ],
    ['nothing of a graph in which all is folded', (t) => ({ y: nchw(tf.add(conv(t), BIAS)) }), {}, []],
    [
      'why a convolution is not blocked, where it is given the block size',
      (t) => ({ y: nchw(conv(t)) }),
      { block: 16 },
      [
        {
          rule: 'run a convolution on blocked kernels',
          node: 'Conv',
          part: 'Conv(x, w, [bias])',
          reason: 'its channels, 2 and 3, are not multiples of 16',
        },
      ],
    ],
  ])('says %s', (_, fn, options, misses) => {
    expect(explainPasses(trace(fn, [x, w]), options)).toEqual(misses);
  });

  it('tells of an operation that changes no value but a shape, and of a scale behind a ReLU', () => {
    const graph = handmade({
      inputs: { x: [2, 3, 4, 4] },
      constants: {
        w: { data: new Float32Array(9), dims: [3, 3, 1, 1] },
        s: { data: Float32Array.of(1, -1, 2), dims: [3, 1, 1] },
        zero: { data: Float32Array.of(0), dims: [1, 1, 1, 1, 1] },
      },
      nodes: [['c = Conv(x, w)', [2, 3, 4, 4]], 'r = Relu(c)', 'm = Mul(s, r)', 'y = Add(m, zero)'],
    });
    expect(explainPasses(graph).map(({ node, part, reason }) => [node, part, reason])).toEqual([
      ['y', 'Add(x, 0)', 'it makes [1,2,3,4,4] of m, which is [2,3,4,4]'],
      ['m', 'scale', 's is not positive everywhere, as it must be behind a ReLU'],
    ]);
  });
});
