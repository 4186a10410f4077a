import * as tf from '@tensorflow/tfjs';
import { float, int, type KernelRow, row } from './row.ts';

/** Window, strides, dilations, pad. */
const CASES = [
  [[2, 2], 1, 1, 'valid'],
  [[3, 3], 1, 1, 'same'],
  [[3, 2], [2, 1], 1, 'same'],
  [[2, 3], 1, [2, 2], 'same'],
  [[2, 2], [3, 2], 1, 'valid'],
] as const;

export const dilation: KernelRow[] = CASES.flatMap(([window, strides, dilations, pad]) => {
  const title = `by ${window}, strides ${strides}, dilations ${dilations}, ${pad}`;
  const args = [strides, pad, dilations] as unknown as [number, 'same', number];
  const [shape, filter] = [[2, 6, 7, 3] as const, [...window, 3] as const];
  const info = tf.backend_util.computeDilation2DInfo([...shape], [...filter], args[0], pad, 'NHWC', args[2]);
  const dilate = (x: tf.Tensor4D, w: tf.Tensor3D) => tf.dilation2d(x, w, ...args);
  const gradient = (i: number) => (x: tf.Tensor, w: tf.Tensor, dy: tf.Tensor) =>
    tf.grads(dilate as never)([x, w], dy)[i]!;
  const operands = [float(shape), float(filter), float(info.outShape)];
  return [
    row('Dilation2D', title, operands.slice(0, 2), dilate),
    row('Dilation2DBackpropInput', title, operands, gradient(0)),
    row('Dilation2DBackpropFilter', title, operands, gradient(1)),
  ];
}).concat(
  row('Dilation2D', 'of integers', [int([1, 4, 4, 2]), int([2, 2, 2])], (x, w) => tf.dilation2d(x, w, 1, 'valid')),
);
