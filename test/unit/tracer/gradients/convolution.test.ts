/** Convolutions and their gradients, which the tracer writes in several forms, beside those of tfjs. */
import * as tf from '@tensorflow/tfjs';
import { describe, it } from 'vitest';
import { expectTraced, pads } from '#test/models/traced.ts';
import { differentiated, type Fn } from './gradient.ts';

type Case = readonly [title: string, shapes: readonly (readonly number[])[], fn: Fn];

/** Kernel and strides. */
const WINDOWS = [
  [
    [1, 1],
    [1, 1],
  ],
  [
    [1, 1],
    [2, 2],
  ],
  [
    [3, 3],
    [1, 1],
  ],
  [
    [3, 3],
    [2, 2],
  ],
  [
    [4, 4],
    [1, 1],
  ],
  [
    [4, 4],
    [2, 2],
  ],
  [
    [3, 1],
    [1, 1],
  ],
  [
    [2, 3],
    [2, 1],
  ],
] as const;
/** Small images, many, and large ones: batch, and what their sides are longer. */
const SCALES = [
  [2, 0],
  [8, 10],
  [2, 32],
] as const;
/** Even and odd sides in turn, and as many channels in and out. */
const SIZES = [
  [7, 5, 2, 3],
  [6, 8, 3, 2],
  [8, 7, 2, 2],
] as const;

const windows = WINDOWS.flatMap(([kernel, strides], w) =>
  SCALES.flatMap(([batch, longer], s) =>
    (['same', 'valid', 1] as const).flatMap((pad, p): Case[] => {
      if (pad === 1 && kernel[0] !== kernel[1]) return []; // tfjs pads by the height's window alone
      const [height, width, inputs, outputs] = SIZES[(w + s + p) % SIZES.length]!;
      const [rows, columns] = [height + longer, width + longer];
      const title = `[${batch},${rows},${columns},${inputs}] by [${kernel}], strides [${strides}], ${pad}`;
      const x = [batch, rows, columns, inputs];
      // Scaled so that sums over thousands of pixels are near 1, as the tolerance assumes.
      const scaled = (y: tf.Tensor) => tf.mul(y, 1 / (batch * rows));
      const out = [batch, rows * strides[0], columns * strides[1], outputs] as [number, number, number, number];
      return [
        [`conv2d ${title}`, [x, [...kernel, inputs, outputs]], (x, w) => scaled(tf.conv2d(x, w, [...strides], pad))],
        ...(pad === 'same' && longer < 32
          ? [
              [
                `conv2dTranspose ${title}`,
                [x, [...kernel, outputs, inputs]],
                (x, w) => scaled(tf.conv2dTranspose(x, w, out, [...strides], 'same')),
              ] satisfies Case,
            ]
          : []),
      ];
    }),
  ),
);

const FILTER = [3, 3, 2, 3];
const OTHERS: Case[] = [
  [
    'a pad before',
    [[2, 5, 6, 2], FILTER],
    (x, w) => tf.conv2d(tf.pad(x, pads([0, 0], [1, 0], [2, 1], [0, 0])), w, 2, 'valid'),
  ],
  // tfjs ignores the rounding in its backward pass, and reads only a corner of the gradient.
  ...[6, 26].map((side): Case => {
    const fn: Fn = (x, w) => tf.mul(tf.conv2d(x, w, 3, 1, 'NHWC', 1, 'ceil'), 1 / side);
    return [`sizes rounded up, [${side}, ${side + 1}]`, [[2, side, side + 1, 2], FILTER], fn];
  }),
  [
    'images in NCHW, filters in OIHW',
    [
      [2, 2, 5, 6],
      [3, 2, 3, 3],
    ],
    (x, w) => {
      const filter = tf.transpose(w, [2, 3, 1, 0]) as tf.Tensor4D;
      return tf.transpose(tf.conv2d(tf.transpose(x, [0, 2, 3, 1]) as tf.Tensor4D, filter, 1, 'same'), [0, 3, 1, 2]);
    },
  ],
  [
    'two convolutions of one image',
    [[2, 6, 6, 2], FILTER, [4, 4, 2, 3]],
    (x, v, w) => tf.add(tf.mean(tf.conv2d(x, v, 1, 'same'), [1, 2]), tf.mean(tf.conv2d(x, w, 2, 'same'), [1, 2])),
  ],
  [
    'one convolution of a broadcast image',
    [[2, 1, 1, 2], FILTER],
    (x, w) => tf.conv2d(tf.tile(x, [1, 5, 5, 1]) as tf.Tensor4D, w, 1, 'same'),
  ],
  ['the mean of a convolution', [[2, 6, 5, 2], FILTER], (x, w) => tf.mean(tf.conv2d(x, w, 1, 'same'))],
  ['avgPool, whose strides leave a row', [[2, 7, 6, 2]], (x) => tf.avgPool(x, [3, 2], [2, 2], 'valid')],
];

describe('a convolution and its gradients', () => {
  it.each([...windows, ...OTHERS])('agree with tfjs: %s', async (_, shapes, fn) => {
    const { inputs, gradients } = differentiated(shapes, fn);
    await expectTraced(gradients, inputs);
  });
});
