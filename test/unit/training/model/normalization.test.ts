import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { useCpu, wave } from '#test/models/model.ts';
import { declareInto } from '#training/layers/declare.ts';
import { groupNorm, silu } from '#training/layers/normalization.ts';

useCpu();

/** x [N, H, W, C] normalised by tfjs' own operations, which tfjs differentiates. */
function reference(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor, groups: number, epsilon: number): tf.Tensor {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const grouped = tf.reshape(x, [n, h, w, groups, c / groups]);
  const { mean, variance } = tf.moments(grouped, [1, 2, 4], true);
  const unit = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(tf.reshape(unit, [n, h, w, c]), weight), bias);
}

describe('groupNorm', () => {
  it('has the value and the gradients of its definition, whatever the shape', () => {
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 3 }),
      h: fc.integer({ min: 1, max: 3 }),
      w: fc.integer({ min: 2, max: 4 }),
    });
    const groupings = fc.constantFrom([1, 3], [2, 2], [3, 1], [2, 3]);
    fc.assert(
      fc.property(sizes, groupings, fc.nat(99), ({ n, h, w }, [groups, each], seed) => {
        const c = groups! * each!;
        const norm = groupNorm(declareInto([]), c, groups!, 1e-3);
        const x = tf.tensor4d(wave(seed, [n, h, w, c], 2, 0.5), [n, h, w, c]);
        const weight = tf.tensor1d(wave(seed + 1, [c], 0.5, 1));
        const bias = tf.tensor1d(wave(seed + 2, [c], 0.5));
        const factor = tf.tensor4d(wave(seed + 3, [n, h, w, c], 1), [n, h, w, c]);
        const ours = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
          tf.sum(tf.mul(norm({ parameters: { weight, bias }, training: true }, x as tf.Tensor4D), factor)) as tf.Scalar;
        const theirs = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) =>
          tf.sum(tf.mul(reference(x, weight, bias, groups!, 1e-3), factor)) as tf.Scalar;
        const actual = tf.valueAndGrads(ours)([x, weight, bias]);
        const expected = tf.valueAndGrads(theirs)([x, weight, bias]);
        expectClose(actual.value.dataSync(), expected.value.dataSync(), { absolute: 2e-5 });
        actual.grads.forEach((gradient, i) => {
          expect(gradient.shape).toEqual(expected.grads[i]!.shape);
          expectClose(gradient.dataSync(), expected.grads[i]!.dataSync(), { absolute: 1e-4, what: `gradient ${i}` });
        });
      }),
      { numRuns: 30 },
    );
  });

  it('keeps its digits on values far from zero, where the mean of squares would lose them', () => {
    const norm = groupNorm(declareInto([]), 2, 1, 1e-5);
    const parameters = { weight: tf.ones([2]), bias: tf.zeros([2]) };
    const offsets = [-1, 1, 1, -1];
    const x = tf.tensor4d(
      offsets.map((offset) => 4096 + offset),
      [1, 1, 2, 2],
    );
    const y = norm({ parameters, training: false }, x).dataSync();
    expectClose(y, offsets, { absolute: 1e-5 });
  });
});

describe('silu', () => {
  it('has the value and derivative of x sigmoid(x), far out as well', () => {
    const xs = [-200, -20, -3, -0.5, 0, 0.5, 3, 20, 200];
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => silu(x))(tf.tensor1d(xs), tf.ones([xs.length]));
    const derivative = (x: number) => sigmoid(x) * (1 + x * (1 - sigmoid(x)));
    expectClose(
      value.dataSync(),
      xs.map((x) => x * sigmoid(x)),
      { absolute: 1e-6, relative: 1e-6 },
    );
    expectClose(grad.dataSync(), xs.map(derivative), { absolute: 1e-6, relative: 1e-6 });
  });
});
