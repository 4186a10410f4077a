import * as tf from '@tensorflow/tfjs';
import { float, type KernelRow, pads, row } from './row.ts';

type Size = readonly [number, number];
type Pad = 'same' | 'valid' | number;

export interface Case {
  batch: number;
  size: Size;
  channels: Size;
  kernel: Size;
  strides: Size;
  pad: Pad;
}

const c = (batch: number, size: Size, channels: Size, kernel: Size, strides: Size, pad: Pad): Case => ({
  batch,
  size,
  channels,
  kernel,
  strides,
  pad,
});

/** Strides of 1 and 2, kernels of 1, 3, 4, odd and even and oblong images, every padding. */
export const CASES: readonly Case[] = [
  c(1, [5, 5], [1, 1], [1, 1], [1, 1], 'same'),
  c(2, [4, 6], [3, 2], [1, 1], [1, 1], 'valid'),
  c(2, [5, 4], [3, 2], [1, 1], [2, 2], 'same'),
  c(1, [6, 6], [2, 3], [3, 3], [1, 1], 'same'),
  c(3, [7, 5], [2, 3], [3, 3], [1, 1], 'same'),
  c(2, [7, 5], [2, 3], [3, 3], [1, 1], 'valid'),
  c(2, [6, 8], [3, 2], [3, 3], [2, 2], 'same'),
  c(2, [7, 5], [3, 2], [3, 3], [2, 2], 'same'),
  c(2, [8, 7], [2, 2], [3, 3], [2, 2], 'valid'),
  c(2, [6, 5], [2, 3], [4, 4], [1, 1], 'same'),
  c(2, [8, 6], [2, 3], [4, 4], [2, 2], 'same'),
  c(1, [9, 7], [2, 3], [4, 4], [2, 2], 'same'),
  c(2, [9, 8], [2, 3], [4, 4], [2, 2], 'valid'),
  c(2, [6, 6], [2, 3], [4, 4], [2, 2], 1),
  c(2, [5, 6], [2, 3], [3, 3], [1, 1], 1),
  c(2, [6, 7], [2, 3], [3, 1], [1, 1], 'same'),
  c(2, [6, 7], [2, 3], [2, 3], [2, 1], 'same'),
  c(2, [3, 3], [2, 3], [3, 3], [1, 1], 'valid'),
];

/**
 * The same windows over many pixels, in many images and in large ones: there the tracer writes convolutions in other
 * forms.
 */
export const MANY_IMAGES = CASES.map((g): Case => ({ ...g, batch: 8, size: [g.size[0] + 10, g.size[1] + 10] }));
export const LARGE_IMAGES = CASES.map((g): Case => ({ ...g, batch: 2, size: [g.size[0] + 32, g.size[1] + 32] }));

export const titleOf = ({ batch, size, channels, kernel, strides, pad }: Case) =>
  `[${[batch, ...size, channels[0]]}] by ${kernel.join('x')} to ${channels[1]}, strides ${strides}, ${pad}`;

export const image = ({ batch, size, channels }: Case) => float([batch, ...size, channels[0]], [-1, 1]);
const filter = ({ kernel, channels }: Case) => float([...kernel, ...channels], [-1, 1]);
export const outputShape = ({ batch, size, channels, kernel, strides, pad }: Case) =>
  tf.backend_util.computeConv2DInfo([batch, ...size, channels[0]], [...kernel, ...channels], [...strides], 1, pad)
    .outShape;
export const convolution: KernelRow[] = [
  ...CASES.map((g) =>
    row('Conv2D', titleOf(g), [image(g), filter(g)], (x, w) => tf.conv2d(x, w, [...g.strides], g.pad)),
  ),
  row('Conv2D', 'dilated', [float([2, 7, 7, 2]), float([3, 3, 2, 3])], (x, w) => tf.conv2d(x, w, 1, 'same', 'NHWC', 2)),
  row('Conv2D', 'a pad before', [float([2, 5, 6, 2]), float([3, 3, 2, 3])], (x, w) =>
    tf.conv2d(tf.pad(x, pads([0, 0], [1, 0], [2, 1], [0, 0])), w, 2, 'valid'),
  ),
  row('Conv2D', 'a pad with ones before', [float([2, 5, 6, 2]), float([3, 3, 2, 3])], (x, w) =>
    tf.conv2d(tf.pad(x, pads([0, 0], [1, 1], [1, 1], [0, 0]), 1), w, 1, 'valid'),
  ),
  row('Conv2D', 'a pad of channels before', [float([2, 5, 6, 2]), float([3, 3, 3, 3])], (x, w) =>
    tf.conv2d(tf.pad(x, pads([0, 0], [1, 1], [0, 0], [1, 0])), w, 1, 'valid'),
  ),
  // conv2dTranspose is the input gradient of the convolution: from its output's shape back to its input's.
  ...CASES.filter(({ pad }) => pad !== 1).map((g) =>
    row('Conv2DBackpropInput', titleOf(g), [float(outputShape(g), [-1, 1]), filter(g)], (dy, w) =>
      tf.conv2dTranspose(dy, w, [g.batch, ...g.size, g.channels[0]], [...g.strides], g.pad as 'same'),
    ),
  ),
  ...CASES.map((g) =>
    row('Conv2DBackpropFilter', titleOf(g), [image(g), filter(g), float(outputShape(g), [-1, 1])], (x, w, dy) =>
      tf.grads((p, q) => tf.conv2d(p as tf.Tensor4D, q as tf.Tensor4D, [...g.strides], g.pad))([x, w], dy),
    ),
  ),
  ...CASES.filter(({ strides }) => strides[0] === strides[1]).flatMap((g) =>
    [1, 2].map((multiplier) =>
      row(
        'DepthwiseConv2dNative',
        `${titleOf(g)}, ${multiplier} a channel`,
        [image(g), float([...g.kernel, g.channels[0], multiplier], [-1, 1])],
        (x, w) => tf.depthwiseConv2d(x, w, [...g.strides], g.pad),
      ),
    ),
  ),
  ...(['round', 'ceil'] as const).map((rounding) =>
    row('Conv2D', `rounded by ${rounding}`, [float([2, 6, 7, 2]), float([3, 3, 2, 3])], (x, w) =>
      tf.conv2d(x, w, 3, 1, 'NHWC', 1, rounding),
    ),
  ),
  row('Conv2DBackpropInput', 'of which tfjs reads a corner', [float([2, 8, 8, 3]), float([8, 8, 2, 3])], (dy, w) =>
    tf.conv2dTranspose(dy, w, [2, 4, 4, 2], 1, 'same'),
  ),
];
