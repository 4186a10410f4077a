import * as tf from '@tensorflow/tfjs';
import { describe } from 'vitest';
import { CASES, LARGE_IMAGES, MANY_IMAGES, titleOf } from '../rows/convolution.ts';
import { float, pads } from '../rows/row.ts';
import { type Case, check } from './gradient.ts';

describe('gradient of a convolution', () => {
  check([
    ...[...CASES, ...MANY_IMAGES, ...LARGE_IMAGES].map((g): Case => {
      const { batch, size, channels, kernel, strides, pad } = g;
      return [
        `conv2d ${titleOf(g)}`,
        [float([batch, ...size, channels[0]], [-1, 1]), float([...kernel, ...channels], [-1, 1])],
        // Scaled so that sums over thousands of pixels are near 1, as the tolerance assumes.
        (x, w) => tf.mul(tf.conv2d(x, w, [...strides], pad), 1 / (batch * size[0])),
      ];
    }),
    ...[...CASES, ...MANY_IMAGES]
      .filter(({ pad }) => pad === 'same')
      .map((g): Case => {
        const { batch, size, channels, kernel, strides } = g;
        const out = [batch, size[0] * strides[0], size[1] * strides[1], channels[1]] as const;
        return [
          `conv2dTranspose ${titleOf(g)}`,
          [float([batch, ...size, channels[0]], [-1, 1]), float([...kernel, channels[1], channels[0]], [-1, 1])],
          (x, w) => tf.mul(tf.conv2dTranspose(x, w, [...out], [...strides], 'same'), 1 / (batch * size[0])),
        ];
      }),
    [
      'a pad before',
      [float([2, 5, 6, 2]), float([3, 3, 2, 3])],
      (x, w) => tf.conv2d(tf.pad(x, pads([0, 0], [1, 0], [2, 1], [0, 0])), w, 2, 'valid'),
    ],
    // tfjs ignores the rounding in its backward pass, and reads only a corner of the gradient.
    ...[
      [6, 7],
      [26, 27],
    ].map(
      (size): Case => [
        `sizes rounded up, [${size}]`,
        [float([2, ...size, 2]), float([3, 3, 2, 3])],
        (x, w) => tf.mul(tf.conv2d(x, w, 3, 1, 'NHWC', 1, 'ceil'), 1 / size[0]!),
      ],
    ),
    [
      'filters in OIHW',
      [float([2, 5, 6, 2]), float([3, 2, 3, 3])],
      (x, w) => tf.conv2d(x, tf.transpose(w, [2, 3, 1, 0]) as tf.Tensor4D, 1, 'same'),
    ],
    [
      'images in NCHW',
      [float([2, 2, 5, 6]), float([3, 2, 3, 3])],
      (x, w) =>
        tf.transpose(
          tf.conv2d(
            tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D,
            tf.transpose(w, [2, 3, 1, 0]) as tf.Tensor4D,
            1,
            'same',
          ),
          [0, 3, 1, 2],
        ),
    ],
    [
      'two convolutions of one image',
      [float([2, 6, 6, 2]), float([3, 3, 2, 3]), float([4, 4, 2, 3])],
      (x, v, w) => tf.add(tf.mean(tf.conv2d(x, v, 1, 'same'), [1, 2]), tf.mean(tf.conv2d(x, w, 2, 'same'), [1, 2])),
    ],
    [
      'one convolution of a broadcast image',
      [float([2, 1, 1, 2]), float([3, 3, 2, 3])],
      (x, w) => tf.conv2d(tf.tile(x, [1, 5, 5, 1]) as tf.Tensor4D, w, 1, 'same'),
    ],
    [
      'the mean of a convolution',
      [float([2, 6, 5, 2]), float([3, 3, 2, 3])],
      (x, w) => tf.mean(tf.conv2d(x, w, 1, 'same')),
    ],
    ['avgPool', [float([2, 6, 5, 2])], (x) => tf.avgPool(x, 2, 2, 'valid')],
    ['avgPool 3 by 2', [float([2, 7, 6, 2])], (x) => tf.avgPool(x, [3, 2], [2, 2], 'valid')],
  ]);
});
