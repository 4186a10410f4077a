/**
 * A block of the tutorial's network: two times convolution, ReLU and BatchNorm, with the time embedding added after the
 * first, then a 4 x 4 convolution of stride 2. Options put another activation or normalisation in their places, and add
 * a residual connection around the convolutions, dropout between them and attention at the end.
 */
import type { DropoutSpec } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import { type Activation, activations } from '../layers/activation.ts';
import { attention } from '../layers/attention.ts';
import type { Declare, Layer, Pass } from '../layers/declare.ts';
import { dropout } from '../layers/dropout.ts';
import { conv2d, convTranspose2d, linear } from '../layers/layers.ts';
import { type BatchNorm, batchNorm, groupNorm } from '../layers/normalization.ts';
import type { SimpleUnetConfig } from './simple-unet-config.ts';

/** PyTorch's default of GroupNorm. */
const EPSILON = 1e-5;

export interface BlockOptions {
  inputs: number;
  outputs: number;
  /** Whether the block doubles height and width; otherwise it halves them. */
  up: boolean;
  /** The level that its result belongs to. */
  level: number;
  /** Height and width of its input. */
  sides: readonly [height: number, width: number];
}

/** [N, H, W, inputs] to [N, H/2, W/2, outputs], or [N, 2H, 2W, outputs] when `up`. */
export function simpleUnetBlock(
  declare: Declare,
  config: SimpleUnetConfig,
  { inputs, outputs, up, level, sides }: BlockOptions,
  dropouts: DropoutSpec[],
) {
  const timeMlp = linear(declare.in('time_mlp'), config.time_emb_dim, outputs);
  const conv1 = conv2d(declare.in('conv1'), inputs, outputs, { kernel: 3, padding: 1 });
  const transform = up
    ? convTranspose2d(declare.in('transform'), outputs, outputs)
    : conv2d(declare.in('transform'), outputs, outputs, { kernel: 4, stride: 2, padding: 1 });
  const conv2 = conv2d(declare.in('conv2'), outputs, outputs, { kernel: 3, padding: 1 });
  const drop = dropout(dropouts, declare.pathOf('dropout'), config.dropout, [outputs, ...sides]);
  const norm1 = norm(declare, 1, outputs, config);
  const norm2 = norm(declare, 2, outputs, config);
  const shortcut = config.residual_connections ? shortcutOf(declare.in('conv_shortcut'), inputs, outputs) : undefined;
  const attend = config.attention_levels.includes(level)
    ? attention(declare.in('attention'), outputs, {
        headDim: outputs,
        groups: config.norm_num_groups,
        epsilon: EPSILON,
      })
    : undefined;
  const act: Activation = activations[config.act_fn];

  return (pass: Pass, x: tf.Tensor4D, time: tf.Tensor2D): tf.Tensor4D => {
    const h = norm1(pass, act(conv1(pass, x)), act(timeMlp(pass, time))); // [N, H, W, outputs]
    const y = norm2(pass, act(conv2(pass, drop(pass, h))));
    const z = transform(pass, shortcut ? tf.add(y, shortcut(pass, x)) : y);
    return attend?.(pass, z) ?? z;
  };
}

function norm(declare: Declare, place: 1 | 2, channels: number, config: SimpleUnetConfig): BatchNorm {
  if (config.norm_type === 'batch') return batchNorm(declare.in(`bnorm${place}`), channels);
  const group = groupNorm(declare.in(`gnorm${place}`), channels, config.norm_num_groups, EPSILON);
  return (pass, x, offset) => {
    const y = group(pass, x);
    return offset ? tf.add(y, tf.reshape(offset, [offset.shape[0], 1, 1, channels])) : y;
  };
}

const shortcutOf = (declare: Declare, inputs: number, outputs: number): Layer =>
  inputs === outputs ? (_, x) => x : conv2d(declare, inputs, outputs, { kernel: 1, padding: 0 });
