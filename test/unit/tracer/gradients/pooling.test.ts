/** The gradient of maxPool3d, which tfjs' cpu backend has wrong for windows whose height is not their width. */
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectSame, type Input, randomData, runGraph, uniforms } from '#test/models/traced.ts';
import { trace } from '#tracer/tracing/trace.ts';

type Three = [number, number, number];

/** Whole numbers in disorder: the largest stays the largest when one of them grows by a quarter. */
const input: Input = {
  name: 'x',
  shape: [2, 3, 4, 5, 2],
  dtype: 'float32',
  data: Float32Array.from({ length: 240 }, (_, i) => (i * 7919) % 10_007),
};

/** By differences: exact, since the maximum is linear up to the next number. */
function byDifferences(pool: (x: tf.Tensor5D) => tf.Tensor5D, dy: Input): Float32Array {
  tf.setBackend('cpu');
  const loss = (data: Float32Array) =>
    tf.tidy(() =>
      tf.sum(tf.mul(pool(tf.tensor(data, [2, 3, 4, 5, 2]) as tf.Tensor5D), tf.tensor(dy.data, [...dy.shape]))),
    );
  const given = input.data as Float32Array;
  const middle = loss(given).dataSync()[0]!;
  return given.map((_, i) => {
    const moved = given.slice();
    moved[i]! += 0.25;
    return (loss(moved).dataSync()[0]! - middle) / 0.25;
  });
}

describe('the gradient of maxPool3d', () => {
  it.each([
    [[2, 3, 1], [1, 1, 1], 'valid'],
    [[3, 2, 3], [2, 2, 2], 'same'],
    [[1, 2, 3], [1, 1, 2], 'same'],
  ] as const)('of windows %s, strides %s, %s, is that of differences', async (window, strides, pad) => {
    const pool = (x: tf.Tensor5D) => tf.maxPool3d(x, [...window] as Three, [...strides] as Three, pad);
    const { outShape } = tf.backend_util.computePool3DInfo([2, 3, 4, 5, 2], [...window], [...strides], 1, pad);
    // Eighths, so that sums of products are exact.
    const data = (randomData(uniforms(3), outShape, 'float32') as Float32Array).map(
      (value) => Math.round(value * 8) / 8,
    );
    const dy: Input = { name: 'dy', shape: outShape, dtype: 'float32', data };
    const graph = trace(({ x, dy }) => ({ dx: tf.grad(pool as never)(x!, dy!) }), [input, dy]);
    const expected = { dtype: 'float32', shape: input.shape, data: byDifferences(pool, dy) };
    expectSame(await runGraph(graph, [input, dy]), { dx: expected });
  });
});
