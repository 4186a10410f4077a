/**
 * The network that reads masks in pictures: a small U-Net over patches, which adds what goes down to what comes up. A pure
 * function of tfjs ops.
 *
 * Source: Ronneberger, Fischer & Brox 2015, "U-Net" (arXiv 1505.04597); sums in place of concatenations as in Chaurasia &
 * Culurciello 2017, "LinkNet" (arXiv 1707.03718).
 */
import type { ImageShape } from '@onnoise/scheduler/model';
import {
  conv2d,
  convTranspose2d,
  declareInto,
  type ParameterSpec,
  type Parameters,
  type Pass,
  pixelwiseLinear,
} from '@onnoise/training/model';
import * as tf from '@tensorflow/tfjs';
import { patchesOf } from './network.ts';
import { type SeenShape, seenShape } from './shape.ts';

/** Channels of the levels: all patches, every second, every fourth. */
const WIDTHS = [32, 64, 128] as const;

export interface Segmenter {
  parameters: ParameterSpec[];
  /** Images [N, C, H, W] in [-1, 1] to logits [N, H, W, K]. */
  forward(parameters: Parameters, images: tf.Tensor4D, training: boolean): tf.Tensor4D;
}

/** @param shape of the data's images; the network takes `seenShape(shape).input` @param classes of a mask */
export function createSegmenter(shape: ImageShape, classes: number): Segmenter {
  const seen = seenShape(shape);
  const parameters: ParameterSpec[] = [];
  const declare = declareInto(parameters);
  const same = { kernel: 3, padding: 1 } as const;
  const half = { ...same, stride: 2 } as const;
  const [top, middle, bottom] = WIDTHS;
  const stem = conv2d(declare.in('stem'), seen.input[0] * seen.patch ** 2, top, same);
  const conv1 = conv2d(declare.in('conv1'), top, top, same);
  const down1 = conv2d(declare.in('down1'), top, middle, half);
  const conv2 = conv2d(declare.in('conv2'), middle, middle, same);
  const down2 = conv2d(declare.in('down2'), middle, bottom, half);
  const conv3 = conv2d(declare.in('conv3'), bottom, bottom, same);
  const up2 = convTranspose2d(declare.in('up2'), bottom, middle);
  const conv4 = conv2d(declare.in('conv4'), middle, middle, same);
  const up1 = convTranspose2d(declare.in('up1'), middle, top);
  const conv5 = conv2d(declare.in('conv5'), top, top, same);
  const out = pixelwiseLinear(declare.in('out'), top, classes * seen.patch ** 2);
  return {
    parameters,
    forward(given, images, training) {
      const pass: Pass = { parameters: given, training };
      const fine = tf.relu(conv1(pass, tf.relu(stem(pass, patchesOf(images, seen)))));
      const coarse = tf.relu(conv2(pass, tf.relu(down1(pass, fine))));
      const deep = tf.relu(conv3(pass, tf.relu(down2(pass, coarse))));
      const wide = tf.relu(conv4(pass, tf.relu(tf.add(up2(pass, deep), coarse))));
      const whole = tf.relu(conv5(pass, tf.relu(tf.add(up1(pass, wide), fine))));
      return pixelsOf(out(pass, whole), seen, classes);
    },
  };
}

/** [N, rows, columns, patch^2 K] to [N, H, W, K], without the border. */
function pixelsOf(patches: tf.Tensor4D, { input, patch, rows, columns }: SeenShape, classes: number): tf.Tensor4D {
  const [, height, width] = input;
  const count = patches.shape[0];
  const apart = tf.reshape(patches, [count, rows, columns, patch, patch, classes]);
  const ordered = patch === 1 ? apart : tf.transpose(apart, [0, 1, 3, 2, 4, 5]);
  const whole = tf.reshape(ordered, [count, rows * patch, columns * patch, classes]) as tf.Tensor4D;
  if (rows * patch === height && columns * patch === width) return whole;
  return tf.slice(whole, [0, 0, 0, 0], [count, height, width, classes]);
}
