/**
 * The tutorial's network exactly: two times convolution, ReLU and BatchNorm, with the time embedding added after the
 * first; 4x4 stride-2 transforms; skips taken after the transform and concatenated before the next block.
 * 62,437,601 parameters at the default configuration.
 *
 * Our additions, off by default: embeddings of a class and of conditions, added to the time embedding, and what the
 * tutorial lists as "things you can do to improve": attention, residual connections, other activations, group
 * normalization; and dropout.
 */
import { scaledSides } from '@onnoise/scheduler/model';
import type { DropoutSpec } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import { activations } from '../layers/activation.ts';
import { conditionEmbedding } from '../layers/condition-embedding.ts';
import { declareInto } from '../layers/declare.ts';
import { conv2d, embedding, linear } from '../layers/layers.ts';
import { timeEmbedding } from '../layers/time-embedding.ts';
import type { Forward, NetworkRecord, ParameterSpec } from '../layers/types.ts';
import { besideChannels } from './condition-config.ts';
import { simpleUnetBlock } from './simple-unet-block.ts';
import { readSimpleUnetConfig, type SimpleUnetConfig } from './simple-unet-config.ts';

function simpleUnet(config: SimpleUnetConfig, parameters: ParameterSpec[], dropouts: DropoutSpec[]): Forward {
  const { image_channels, channels, time_emb_dim: width, num_train_timesteps: count } = config;
  const act = activations[config.act_fn];
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
  const { in_channels: more, image_channels: drawn } = besideChannels(config);
  const inputs = image_channels + more - drawn; // those of a condition image are told beside the sample
  const conv0 = conv2d(declare.in('conv0'), inputs, first, { kernel: 3, padding: 1 });
  const deeper = channels.slice(1);
  const sides = (level: number) => scaledSides(config.sample_size, 2 ** -level);
  const downs = deeper.map((outputs, i) => {
    const options = { inputs: channels[i]!, outputs, up: false, level: i + 1, sides: sides(i) };
    return simpleUnetBlock(declare.in(`downs.${i}`), config, options, dropouts);
  });
  const ups = deeper.map((_, i) => {
    const level = deeper.length - 1 - i;
    const options = {
      inputs: 2 * channels[level + 1]!,
      outputs: channels[level]!,
      up: true,
      level,
      sides: sides(level + 1),
    };
    return simpleUnetBlock(declare.in(`ups.${i}`), config, options, dropouts);
  });
  const output = conv2d(declare.in('output').closing(), first, image_channels, { kernel: 1, padding: 0 });

  return (pass, sample, timestep) => {
    let time = act(timeMlp(pass, embedTime(pass, timestep))); // [N, time_emb_dim]
    if (classes) time = tf.add(time, classes(pass, pass.labels!));
    if (conditions) time = tf.add(time, conditions(pass, pass.conditions!));
    let x = conv0(pass, sample); // [N, H, W, channels[0]]
    const skips: tf.Tensor4D[] = [];
    for (const down of downs) {
      x = down(pass, x, time);
      pass.onFeature?.(x);
      skips.push(x);
    }
    for (const up of ups) x = up(pass, tf.concat([x, skips.pop()!], 3), time);
    return output(pass, x);
  };
}

export const simpleUnetRecord: NetworkRecord<SimpleUnetConfig> = {
  className: 'SimpleUnet',
  library: 'modeling_simple_unet',
  channelKeys: ['image_channels'],
  read: readSimpleUnetConfig,
  stride: ({ channels }) => 2 ** (channels.length - 1),
  featureWidths: ({ channels }) => channels.slice(1),
  build: (config, parameters, dropouts) => ({ forward: simpleUnet(config, parameters, dropouts) }),
};
