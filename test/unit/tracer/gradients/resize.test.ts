/**
 * Gradients of resizes, which tfjs' cpu backend has wrong for several images, for oblong ones and for half pixel centres.
 * A resize is linear, so its gradient is given by the resizes of all basis images: those are the judge.
 */
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectSame, type Input, randomInput, runGraph, uniforms } from '#test/models/traced.ts';
import { trace } from '#tracer/tracing/trace.ts';
import { SIZES, type Size, WAYS } from '../rows/resize.ts';

type Resize = (x: tf.Tensor4D, to: Size, corners: boolean, centres: boolean) => tf.Tensor4D;

const BATCH = 2;
const CHANNELS = 2;

/** dX[i] = sum over j of dY[j] times what element j of the resized basis image i is. */
function byBasis(resize: (x: tf.Tensor4D) => tf.Tensor4D, from: Size, dy: Input): Float32Array {
  tf.setBackend('cpu');
  return tf.tidy(() => {
    const size = from[0] * from[1];
    const basis = tf.reshape(tf.eye(size), [size, ...from, 1]) as tf.Tensor4D;
    const responses = tf.reshape(resize(basis), [size, -1]); // [from, to]
    const given = tf.tensor(dy.data, [BATCH, responses.shape[1]!, CHANNELS]);
    const gradient = tf.stack(
      tf.unstack(given).map((each) => tf.matMul(responses as tf.Tensor2D, each as tf.Tensor2D)),
    );
    return gradient.dataSync() as Float32Array;
  });
}

const RESIZES: readonly (readonly [string, Resize])[] = [
  ['bilinear', (x, ...rest) => tf.image.resizeBilinear(x, ...rest)],
  ['nearest neighbour', (x, ...rest) => tf.image.resizeNearestNeighbor(x, ...rest)],
];

describe.each(RESIZES)('the gradient of a %s resize', (_, resize) => {
  it.each(SIZES.flatMap((sizes) => WAYS.map((way) => ({ ...sizes, ...way }))))(
    'from $from to $to, corners aligned $corners, half pixel centres $centres, is its adjoint',
    async ({ from, to, corners, centres }) => {
      const next = uniforms(7);
      const x = randomInput(next, 'x', [BATCH, ...from, CHANNELS]);
      const dy = randomInput(next, 'dy', [BATCH, ...to, CHANNELS]);
      const forward = (x: tf.Tensor4D) => resize(x, to, corners, centres);
      const graph = trace((t) => ({ dx: tf.grad(forward as never)(t.x!, t.dy!) }), [x, dy]);
      const expected = { dtype: 'float32', shape: x.shape, data: byBasis(forward, from, dy) };
      expectSame(await runGraph(graph, [x, dy]), { dx: expected });
    },
  );
});
