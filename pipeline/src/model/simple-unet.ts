/**
 * The tutorial's network exactly: two times convolution, ReLU and BatchNorm, with the time embedding added after the
 * first; 4x4 stride-2 transforms; skips taken after the transform and concatenated before the next block.
 * 62,437,601 parameters at the default configuration.
 *
 * Our additions, off by default: embeddings of a class and of conditions, added to the time embedding.
 */
import * as tf from '@tensorflow/tfjs';
import { conditionEmbedding } from './condition-embedding.ts';
import { type Declare, declareInto, type Pass } from './declare.ts';
import { conv2d, convTranspose2d, embedding, linear } from './layers.ts';
import { batchNorm } from './normalization.ts';
import { readSimpleUnetConfig, type SimpleUnetConfig } from './simple-unet-config.ts';
import { timeEmbedding } from './time-embedding.ts';
import type { Forward, NetworkRecord, ParameterSpec } from './types.ts';

/** One level: [N, H, W, inputs] to [N, H/2, W/2, outputs], or [N, 2H, 2W, outputs] when `up`. */
function block(declare: Declare, inputs: number, outputs: number, timeWidth: number, up: boolean) {
  const timeMlp = linear(declare.in('time_mlp'), timeWidth, outputs);
  const conv1 = conv2d(declare.in('conv1'), inputs, outputs, { kernel: 3, padding: 1 });
  const transform = up
    ? convTranspose2d(declare.in('transform'), outputs, outputs)
    : conv2d(declare.in('transform'), outputs, outputs, { kernel: 4, stride: 2, padding: 1 });
  const conv2 = conv2d(declare.in('conv2'), outputs, outputs, { kernel: 3, padding: 1 });
  const norm1 = batchNorm(declare.in('bnorm1'), outputs);
  const norm2 = batchNorm(declare.in('bnorm2'), outputs);

  return (pass: Pass, x: tf.Tensor4D, time: tf.Tensor2D): tf.Tensor4D => {
    const h = norm1(pass, tf.relu(conv1(pass, x)), tf.relu(timeMlp(pass, time))); // [N, H, W, outputs]
    return transform(pass, norm2(pass, tf.relu(conv2(pass, h))));
  };
}

function simpleUnet(config: SimpleUnetConfig, parameters: ParameterSpec[]): Forward {
  const { image_channels, channels, time_emb_dim: width, num_train_timesteps: count } = config;
  const declare = declareInto(parameters);
  const embedTime = timeEmbedding({ count, width, shift: 1, cosFirst: false });
  const timeMlp = linear(declare.in('time_mlp.1'), width, width);
  const classes =
    config.num_class_embeds === null ? null : embedding(declare.in('class_embedding'), config.num_class_embeds, width);
  const conditions =
    config.conditions.length > 0
      ? conditionEmbedding(declare.in('condition_embeddings'), config.conditions.length, width)
      : null;

  const first = channels[0]!;
  const conv0 = conv2d(declare.in('conv0'), image_channels, first, { kernel: 3, padding: 1 });
  const pairs = channels.slice(1).map((outputs, i) => [channels[i]!, outputs] as const);
  const downs = pairs.map(([from, to], i) => block(declare.in(`downs.${i}`), from, to, width, false));
  const ups = pairs.reverse().map(([to, from], i) => block(declare.in(`ups.${i}`), 2 * from, to, width, true));
  const output = conv2d(declare.in('output'), first, image_channels, { kernel: 1, padding: 0 });

  return (pass, sample, timestep) => {
    let time = tf.relu(timeMlp(pass, embedTime(pass, timestep))); // [N, time_emb_dim]
    if (classes) time = tf.add(time, classes(pass, pass.labels!));
    if (conditions) time = tf.add(time, conditions(pass, pass.conditions!));
    let x = conv0(pass, sample); // [N, H, W, channels[0]]
    const skips: tf.Tensor4D[] = [];
    for (const down of downs) {
      x = down(pass, x, time);
      skips.push(x);
    }
    for (const up of ups) x = up(pass, tf.concat([x, skips.pop()!], 3), time);
    return output(pass, x);
  };
}

export const simpleUnetRecord: NetworkRecord<SimpleUnetConfig> = {
  className: 'SimpleUnet',
  library: 'onnoise',
  channelKeys: ['image_channels'],
  read: readSimpleUnetConfig,
  stride: ({ channels }) => 2 ** (channels.length - 1),
  build: simpleUnet,
};
