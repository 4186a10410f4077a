import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, row } from './row.ts';
import { CASES } from './volume.ts';

/** Numbers in disorder, no two of them equal. */
const distinct = (size: number): number[] => Array.from({ length: size }, (_, i) => ((i * 7919) % 10_007) / 100);

export const volumePooling: KernelRow[] = CASES.flatMap(([size, window, strides, pad]) => {
  const title = `[${size}] by [${window}], strides [${strides}], ${pad}`;
  const volume = float([2, ...size, 2]);
  const out = tf.backend_util.computePool3DInfo([2, ...size, 2], window, strides, 1, pad).outShape;
  const average = (x: tf.Tensor5D) => tf.avgPool3d(x, window, strides, pad);
  const largest = (x: tf.Tensor5D) => tf.maxPool3d(x, window, strides, pad);
  const rows = [row('AvgPool3D', title, [volume], average), row('MaxPool3D', title, [volume], largest)];
  // tfjs' cpu backend has the other gradients of the maximum wrong, and takes the last of equal maxima, ONNX the first.
  if (window[1] === window[2]) {
    const data = distinct(2 * size[0] * size[1] * size[2] * 2);
    const changes = distinct(out.reduce((product, length) => product * length, 1));
    const operands = [
      { shape: volume.shape, data },
      { shape: out, data: changes },
    ];
    rows.push(row('MaxPool3DGrad', title, operands, (x, dy) => tf.grad(largest as never)(x, dy)));
  }
  // With padding, tfjs has the gradient of the average wrong.
  if (pad === 'same' && window[0] > 1) return rows;
  return rows.concat(row('AvgPool3DGrad', title, [volume, float(out)], (x, dy) => tf.grad(average as never)(x, dy)));
}).concat(
  row('MaxPool3D', 'rounded up', [float([1, 5, 5, 5, 2])], (x) => tf.maxPool3d(x, 2, 2, 0, 'ceil')),
  row('AvgPool3D', 'rounded up', [float([1, 5, 5, 5, 2])], (x) => tf.avgPool3d(x, 2, 2, 0, 'ceil')),
);
