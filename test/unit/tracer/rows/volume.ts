import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, row } from './row.ts';

type Three = [number, number, number];
/** Volume, window, strides, pad. */
export const CASES: readonly (readonly [Three, Three, Three, 'same' | 'valid'])[] = [
  [[3, 4, 5], [1, 1, 1], [1, 1, 1], 'same'],
  [[4, 5, 6], [3, 3, 3], [1, 1, 1], 'same'],
  [[4, 5, 6], [2, 3, 1], [1, 1, 1], 'valid'],
  [[5, 6, 7], [3, 2, 3], [2, 2, 2], 'same'],
  [[5, 6, 7], [3, 2, 2], [2, 1, 3], 'valid'],
];

export const volumes: KernelRow[] = CASES.flatMap(([size, window, strides, pad]) => {
  const title = `[${size}] by [${window}], strides [${strides}], ${pad}`;
  const volume = float([2, ...size, 2], [-1, 1]);
  const filter = float([...window, 2, 3], [-1, 1]);
  const out = tf.backend_util.computeConv3DInfo([2, ...size, 2], [...window, 2, 3], strides, 1, pad).outShape;
  const conv = (x: tf.Tensor5D, w: tf.Tensor5D) => tf.conv3d(x, w, strides, pad);
  const gradients = (x: tf.Tensor, w: tf.Tensor, dy: tf.Tensor) => tf.grads(conv as never)([x, w], dy);
  return [
    row('Conv3D', title, [volume, filter], conv),
    row('Conv3DBackpropInputV2', title, [volume, filter, float(out)], (x, w, dy) => gradients(x, w, dy)[0]!),
    row('Conv3DBackpropFilterV2', title, [volume, filter, float(out)], (x, w, dy) => gradients(x, w, dy)[1]!),
  ];
}).concat(
  row('Conv3D', 'dilated', [float([1, 6, 6, 6, 2]), float([2, 2, 2, 2, 3])], (x, w) =>
    tf.conv3d(x, w, 1, 'same', 'NDHWC', [2, 2, 2]),
  ),
  row('Conv3DBackpropInputV2', 'of conv3dTranspose', [float([2, 2, 3, 2, 3]), float([2, 2, 2, 2, 3])], (x, w) =>
    tf.conv3dTranspose(x, w, [2, 4, 6, 4, 2], 2, 'same'),
  ),
);
