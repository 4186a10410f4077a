import * as tf from '@tensorflow/tfjs';
import { describe } from 'vitest';
import { float } from '../rows/row.ts';
import { type Case, check } from './gradient.ts';

describe('gradient of a reduction', () => {
  const cases: readonly { shape: number[]; axis?: number | number[] }[] = [
    { shape: [5] },
    { shape: [3, 4], axis: 0 },
    { shape: [3, 4], axis: -1 },
    { shape: [2, 3, 4], axis: [0, 2] },
    { shape: [2, 4, 3, 2], axis: [1, 2] },
    { shape: [2, 4, 3, 2] },
  ];
  const along = (title: string, fn: (x: tf.Tensor, axis: number | number[] | undefined, keep: boolean) => tf.Tensor) =>
    cases.flatMap(({ shape, axis }) =>
      [false, true].map((keep): Case => {
        return [
          `${title} of [${shape}] along ${axis}${keep ? ', kept' : ''}`,
          [float(shape)],
          (x) => fn(x, axis, keep),
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
