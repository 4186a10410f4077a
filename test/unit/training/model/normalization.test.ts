import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { useCpu } from '#test/models/model.ts';
import { declareInto } from '#training/layers/declare.ts';
import { groupNorm } from '#training/layers/normalization.ts';

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
