import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, row } from './row.ts';

/** depthRadius, bias, alpha, beta. */
const CASES = [
  [5, 1, 1, 0.5],
  [1, 2, 0.3, 0.75],
  [2, 1, 1e-2, 1],
  [0, 1, 0.5, 0.5],
] as const;

export const responseNormalization: KernelRow[] = CASES.flatMap((numbers) => {
  const normalize = (x: tf.Tensor4D) => tf.localResponseNormalization(x, ...numbers);
  return [
    row('LRN', `${numbers}`, [float([2, 3, 4, 7])], normalize),
    row('LRNGrad', `${numbers}`, [float([2, 3, 4, 7]), float([2, 3, 4, 7])], (x, dy) =>
      tf.grad(normalize as never)(x, dy),
    ),
  ];
});
