import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectTraced } from '#test/models/traced.ts';
import { trace } from '#tracer/tracing/trace.ts';
import { float, type Operand, pads } from '../rows/row.ts';
import { check, differentiated } from './gradient.ts';

describe('gradient of a block', () => {
  const groupNorm = (x: tf.Tensor4D, groups: number) => {
    const [batch, height, width, channels] = x.shape;
    const grouped = tf.reshape(x, [batch, height * width, groups, channels / groups]);
    const { mean, variance } = tf.moments(grouped, [1, 3], true);
    return tf.reshape(tf.div(tf.sub(grouped, mean), tf.sqrt(tf.add(variance, 1e-5))), x.shape);
  };
  check([
    [
      'GroupNorm, SiLU, convolution',
      [float([2, 4, 4, 6]), float([6]), float([6]), float([3, 3, 6, 4])],
      (x, scale, shift, w) => {
        const normed = tf.add(tf.mul(groupNorm(x, 3), scale), shift);
        return tf.conv2d(tf.mul(normed, tf.sigmoid(normed)) as tf.Tensor4D, w, 1, 'same');
      },
    ],
    [
      'convolution, ReLU, BatchNorm',
      [float([3, 4, 4, 2]), float([3, 3, 2, 4]), float([4]), float([4]), float([4])],
      (x, w, bias, scale, shift) => {
        const y = tf.relu(tf.add(tf.conv2d(x, w, 1, 'same'), bias));
        const { mean, variance } = tf.moments(y, [0, 1, 2]);
        return tf.add(tf.mul(tf.div(tf.sub(y, mean), tf.sqrt(tf.add(variance, 1e-5))), scale), shift);
      },
    ],
    [
      'attention over pixels with two heads',
      [float([2, 3, 3, 4], [-1, 1]), float([4, 12], [-1, 1]), float([4, 4], [-1, 1])],
      (x, qkv, out) => {
        const tokens = tf.reshape(x, [2 * 9, 4]) as tf.Tensor2D;
        const [q, k, v] = tf
          .split(tf.matMul(tokens, qkv), 3, 1)
          .map((part) => tf.transpose(tf.reshape(part, [2, 9, 2, 2]), [0, 2, 1, 3])) as [
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
        ];
        const weights = tf.softmax(tf.mul(tf.matMul(q, k, false, true), Math.SQRT1_2));
        const heads = tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), [18, 4]);
        return tf.add(x, tf.reshape(tf.matMul(heads as tf.Tensor2D, out), x.shape));
      },
    ],
    [
      'LayerNorm',
      [float([2, 3, 4]), float([4]), float([4])],
      (x, scale, shift) => {
        const { mean, variance } = tf.moments(x, -1, true);
        return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale), shift);
      },
    ],
    [
      'a U of two levels',
      [float([2, 4, 4, 2]), float([4, 4, 2, 3]), float([4, 4, 2, 3]), float([3, 3, 4, 1])],
      (x, down, up, last) => {
        const low = tf.relu(tf.conv2d(x, down, 2, 'same'));
        const high = tf.conv2dTranspose(low, up, [2, 4, 4, 2], 2, 'same');
        return tf.conv2d(tf.concat([high, x], 3), last, 1, 'same');
      },
    ],
  ]);

  it('of second order agrees with tfjs', async () => {
    const { inputs, gradients } = differentiated(
      [float([3, 4])],
      (x) => tf.grad((t: tf.Tensor) => tf.sum(tf.mul(tf.tanh(t), t)))(x),
      1,
    );
    await expectTraced(gradients, inputs);
  });
});

describe('gradients of images and of products', () => {
  const image: Operand = float([2, 6, 6, 2]);
  check([
    ['maxPool', [image], (x) => tf.maxPool(x, 2, 2, 'valid')],
    ['depthwiseConv2d', [image, float([3, 3, 2, 2])], (x, w) => tf.depthwiseConv2d(x, w, 1, 'same')],
    ['prod', [float([3, 4])], (x) => tf.prod(x, 1)],
    ['localResponseNormalization', [image], (x) => tf.localResponseNormalization(x)],
    ['conv2d of NCHW', [float([2, 2, 6, 6]), float([3, 3, 2, 2])], (x, w) => tf.conv2d(x, w, 1, 'same', 'NCHW')],
    ['gather in batches', [float([2, 3, 4])], (x) => tf.gather(x, tf.tensor2d([0, 2, 1, 1], [2, 2], 'int32'), 1, 1)],
    ['spaceToBatchND', [image], (x) => tf.square(tf.spaceToBatchND(x, [2, 3], pads([0, 0], [1, 2])))],
    ['batchToSpaceND', [float([4, 3, 3, 2])], (x) => tf.square(tf.batchToSpaceND(x, [2, 2], pads([0, 0], [1, 0])))],
    ['mod', [float([2, 3]), float([2, 3], [1, 2])], (x, y) => tf.mod(x, y)],
    ['atan2', [float([2, 3]), float([3])], (x, y) => tf.atan2(x, y)],
  ]);
});

describe('a gradient', () => {
  const image: Operand = float([2, 6, 6, 2]);

  it('is an error for avgPool with padding, which tfjs differentiates wrongly', () => {
    const { inputs, gradients } = differentiated([image], (x) => tf.avgPool(x, 3, 2, 'same'), 1);
    expect(() => trace(gradients, inputs)).toThrow(/gradient of avgPool/);
  });
});
