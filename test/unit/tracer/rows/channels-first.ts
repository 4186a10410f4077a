import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, row } from './row.ts';

const image = float([2, 3, 7, 6]);
const filter = float([3, 3, 3, 4]);

/** tfjs' cpu backend has convolutions of NCHW images; their gradients are compared below. */
export const channelsFirst: KernelRow[] = (['same', 'valid', 1] as const).flatMap((pad) =>
  [1, 2].flatMap((stride) => {
    const conv = (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, stride, pad, 'NCHW');
    const shape = tf.backend_util.computeConv2DInfo(
      [2, 3, 7, 6],
      [3, 3, 3, 4],
      stride,
      1,
      pad,
      'floor',
      false,
      'channelsFirst',
    ).outShape;
    const gradient = (i: number) => (x: tf.Tensor, w: tf.Tensor, dy: tf.Tensor) =>
      tf.grads(conv as never)([x, w], dy)[i]!;
    const title = `NCHW, stride ${stride}, pad ${pad}`;
    return [
      row('Conv2D', title, [image, filter], conv),
      row('Conv2DBackpropInput', title, [image, filter, float(shape)], gradient(0)),
      row('Conv2DBackpropFilter', title, [image, filter, float(shape)], gradient(1)),
    ];
  }),
);
