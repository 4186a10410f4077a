import * as tf from '@tensorflow/tfjs';
import { CASES, image, titleOf } from './convolution.ts';
import { float, type KernelRow, row } from './row.ts';

export const depthwiseGradients: KernelRow[] = CASES.flatMap((g) => {
  const [channels, multiplier] = g.channels;
  const filter = float([...g.kernel, channels, multiplier], [-1, 1]);
  const shapes = [[g.batch, ...g.size, channels] as const, [...g.kernel, channels, multiplier] as const] as const;
  const info = tf.backend_util.computeConv2DInfo(
    [...shapes[0]],
    [...shapes[1]],
    [...g.strides],
    1,
    g.pad,
    'floor',
    true,
  );
  const conv = (x: tf.Tensor4D, w: tf.Tensor4D) => tf.depthwiseConv2d(x, w, [...g.strides], g.pad);
  const gradient = (i: number) => (x: tf.Tensor, w: tf.Tensor, dy: tf.Tensor) =>
    tf.grads(conv as never)([x, w], dy)[i]!;
  const operands = [image(g), filter, float(info.outShape, [-1, 1])];
  return [
    row('DepthwiseConv2dNativeBackpropInput', titleOf(g), operands, gradient(0)),
    row('DepthwiseConv2dNativeBackpropFilter', titleOf(g), operands, gradient(1)),
  ];
});
