/** The results of `explainPasses` for graphs from `trace`. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { explainPasses, fuseGroupNorm, trace } from '#tracer/index.ts';
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

describe('explainPasses', () => {
  it('says why a bias stays beside its convolution', () => {
    const graph = trace(
      (t) => {
        const z = conv(t);
        return { y: nchw(tf.add(z, tf.tensor1d([1, 2, 3]))), z: nchw(tf.relu(z)) };
      },
      [x, w],
    );
    expect(explainPasses(graph)).toEqual([
      {
        rule: 'fold a bias into its convolution',
        node: 'Add',
        part: 'Conv|ConvTranspose(x, w)',
        reason: "Conv's output Conv has 1 other use",
      },
    ]);
  });

  it('says nothing of a graph in which all is folded', () => {
    const graph = trace((t) => ({ y: nchw(tf.add(conv(t), tf.tensor1d([1, 2, 3]))) }), [x, w]);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Conv']);
    expect(explainPasses(graph)).toEqual([]);
  });

  it('says why a convolution is not blocked, where it is given the block size', () => {
    const graph = trace((t) => ({ y: nchw(conv(t)) }), [x, w]);
    expect(explainPasses(graph, { block: 16 })).toEqual([
      {
        rule: 'run a convolution on blocked kernels',
        node: 'Conv',
        part: 'Conv(x, w, [bias])',
        reason: 'its channels, 2 and 3, are not multiples of 16',
      },
    ]);
  });

  it('says why a group normalization is not fused', () => {
    const norm = (t: Record<string, tf.Tensor>) => {
      const grouped = tf.reshape(t.x!, [2, 2, 2, 16, 16]);
      const d = tf.sub(grouped, tf.mean(grouped, [2, 3, 4], true));
      const r = tf.rsqrt(tf.add(tf.mean(tf.mul(d, d), [2, 3, 4], true), 1e-5));
      const [scale, shift] = [t.scale!, t.shift!].map((vector) => tf.reshape(vector, [1, 2, 2, 1, 1]));
      return { y: tf.reshape(tf.add(tf.mul(d, tf.mul(r, scale!)), shift!), [2, 4, 16, 16]) };
    };
    const vectors = (['scale', 'shift'] as const).map((name) => ({ name, shape: [4], dtype: 'float32' as const }));
    const image = { ...x, shape: [2, 4, 16, 16] };
    const misses = explainPasses(trace(norm, [image, ...vectors]));
    expect(misses.map(({ rule, part, reason }) => [rule, part, reason])).toEqual([
      ['make a group normalization one operator', 'scale', 'Reshape_8 is not a constant'],
    ]);
    const constants = vectors.map((vector, i) => ({ ...vector, data: Float32Array.of(i + 1, 2, 3, 4) }));
    const fixed = trace(norm, [image], { constants });
    expect(explainPasses(fixed)).toEqual([]);
    fuseGroupNorm(fixed);
    expect(fixed.nodes.map(({ op }) => op)).toContain('InstanceNormalization');
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
