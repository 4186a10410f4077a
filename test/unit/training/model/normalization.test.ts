import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { useCpu } from '#test/models/model.ts';
import { declareInto } from '#training/model/declare.ts';
import { groupNorm, silu } from '#training/model/normalization.ts';

useCpu();

describe('groupNorm', () => {
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
