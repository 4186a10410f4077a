/**
 * A denoiser of a few dozen weights for tests of training: 3x3 convolution, a timestep and an optional label added,
 * ReLU, 3x3 convolution; and a buffer that follows the mean activation as BatchNorm's statistics do.
 * scripts/golden/train.py has the same network in PyTorch.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '#training/model/described.ts';

export interface TinyNetOptions {
  channels: number;
  hidden: number;
  classes?: number;
}

export function tinyNet({ channels, hidden, classes }: TinyNetOptions): TrainableModel {
  const conv = (x: tf.Tensor4D, weight: tf.Tensor, bias: tf.Tensor) => {
    const filter = tf.transpose(weight, [2, 3, 1, 0]) as tf.Tensor4D; // OIHW -> HWIO
    return tf.add(tf.conv2d(x, filter, 1, 'same'), bias) as tf.Tensor4D;
  };
  return {
    parameters: [
      { name: 'conv1.weight', shape: [hidden, channels, 3, 3], trainable: true },
      { name: 'conv1.bias', shape: [hidden], trainable: true },
      { name: 'time.weight', shape: [hidden], trainable: true },
      ...(classes ? [{ name: 'class.weight', shape: [classes, hidden], trainable: true }] : []),
      { name: 'conv2.weight', shape: [channels, hidden, 3, 3], trainable: true },
      { name: 'conv2.bias', shape: [channels], trainable: true },
      { name: 'running_mean', shape: [hidden], trainable: false },
    ],
    featureWidths: [hidden],
    forward(p, sample, timestep, { labels, training, onBuffer, onFeature }) {
      const x = tf.transpose(sample, [0, 2, 3, 1]) as tf.Tensor4D; // [B, H, W, C]
      let h = conv(x, p['conv1.weight']!, p['conv1.bias']!);
      const time = tf.mul(tf.reshape(tf.mul(timestep, 0.01), [-1, 1]), tf.reshape(p['time.weight']!, [1, -1]));
      h = tf.add(h, tf.reshape(time, [-1, 1, 1, hidden]));
      if (classes) {
        const classOf = tf.matMul(tf.cast(tf.oneHot(labels!, classes), 'float32'), p['class.weight'] as tf.Tensor2D);
        h = tf.add(h, tf.reshape(classOf, [-1, 1, 1, hidden]));
      }
      h = tf.relu(h);
      onFeature?.(h);
      if (training) {
        const mean = tf.mean(h, [0, 1, 2]);
        onBuffer?.('running_mean', tf.add(tf.mul(p.running_mean!, 0.9), tf.mul(mean, 0.1)));
      }
      return tf.transpose(conv(h, p['conv2.weight']!, p['conv2.bias']!), [0, 3, 1, 2]) as tf.Tensor4D;
    },
  };
}
