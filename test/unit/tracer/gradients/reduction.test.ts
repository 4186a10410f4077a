import * as tf from '@tensorflow/tfjs';
import { describe } from 'vitest';
import { float } from '../rows/row.ts';
import { type Case, check } from './gradient.ts';

describe('gradient of a reduction', () => {
  const cases = [
    [[5], undefined],
    [[3, 4], 0],
    [[3, 4], -1],
    [
      [2, 3, 4],
      [0, 2],
    ],
    [
      [2, 4, 3, 2],
      [1, 2],
    ],
    [[2, 4, 3, 2], undefined],
  ] as const;
  const along = (title: string, fn: (x: tf.Tensor, axis: number | number[] | undefined, keep: boolean) => tf.Tensor) =>
    cases.flatMap(([shape, axis]) =>
      [false, true].map((keep): Case => {
        const axes = typeof axis === 'object' ? [...axis] : axis;
        return [
          `${title} of [${shape}] along ${axis}${keep ? ', kept' : ''}`,
          [float(shape)],
          (x) => fn(x, axes, keep),
        ];
      }),
    );
  check([
    ...along('sum', tf.sum),
    ...along('mean', tf.mean),
    ...along('max', tf.max),
    ...along('min', tf.min),
    ...along('a norm', (x, axis, keep) => tf.norm(x, 'euclidean', axis, keep)),
    ...along('variance', (x, axis, keep) => tf.moments(x, axis, keep).variance),
    ...along('mean and variance', (x, axis, keep) => {
      const { mean, variance } = tf.moments(x, axis, keep);
      return tf.mul(mean, tf.sqrt(tf.add(variance, 1e-3)));
    }),
    ...along('logSumExp', (x, axis, keep) => tf.logSumExp(x, axis, keep)),
    ['softmax [5]', [float([5])], (x) => tf.softmax(x)],
    ['softmax [2,3,4]', [float([2, 3, 4])], (x) => tf.softmax(x)],
    ['logSoftmax [3,4]', [float([3, 4])], (x) => tf.logSoftmax(x)],
    [
      'softmax cross-entropy',
      [float([3, 4])],
      (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([0, 2, 3], 'int32'), 4), x),
    ],
    ['cumsum', [float([3, 4])], (x) => tf.cumsum(x, 1)],
  ]);
});
