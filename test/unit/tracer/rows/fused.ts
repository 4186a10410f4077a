import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, row } from './row.ts';

type Activation = tf.fused.Activation;
const ACTIVATIONS: Activation[] = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'];

export const fused: KernelRow[] = [
  ...ACTIVATIONS.flatMap((activation) => [
    row('_FusedMatMul', activation, [float([3, 4]), float([4, 5]), float([5])], (a, b, bias) =>
      tf.fused.matMul({ a, b, bias, activation, leakyreluAlpha: 0.2 }),
    ),
    row(
      'FusedConv2D',
      activation,
      [float([2, 5, 4, 2], [-1, 1]), float([3, 3, 2, 3], [-1, 1]), float([3])],
      (x, w, bias) => tf.fused.conv2d({ x, filter: w, strides: 1, pad: 'same', bias, activation, leakyreluAlpha: 0.2 }),
    ),
    row(
      'FusedDepthwiseConv2D',
      activation,
      [float([2, 5, 4, 2], [-1, 1]), float([3, 3, 2, 1], [-1, 1]), float([2])],
      (x, w, bias) =>
        tf.fused.depthwiseConv2d({ x, filter: w, strides: 1, pad: 'same', bias, activation, leakyreluAlpha: 0.2 }),
    ),
  ]),
  row('_FusedMatMul', 'prelu', [float([3, 4]), float([4, 5]), float([5]), float([5], [0, 1])], (a, b, bias, alpha) =>
    tf.fused.matMul({ a, b, bias, activation: 'prelu', preluActivationWeights: alpha }),
  ),
  row('_FusedMatMul', 'without a bias, transposed', [float([4, 3]), float([5, 4])], (a, b) =>
    tf.fused.matMul({ a, b, transposeA: true, transposeB: true, activation: 'relu' }),
  ),
  row('FusedConv2D', 'without a bias', [float([2, 6, 5, 2], [-1, 1]), float([3, 3, 2, 3], [-1, 1])], (x, w) =>
    tf.fused.conv2d({ x, filter: w, strides: 2, pad: 'valid' }),
  ),
  row(
    'FusedBatchNorm',
    'of images',
    [float([2, 4, 3, 5]), float([5]), float([5], [0.5, 2]), float([5])],
    (x, mean, variance, scale) => tf.batchNorm(x, mean, variance, mean, scale, 1e-3),
  ),
  row(
    'FusedBatchNorm',
    'without scale and offset',
    [float([4, 3]), float([3]), float([3], [0.5, 2])],
    (x, mean, variance) => tf.batchNorm(x, mean, variance),
  ),
];
