/**
 * The blocks of `UNet2DModel`: arithmetic and parameter names of diffusers' `ResnetBlock2D`, `DownBlock2D`,
 * `AttnDownBlock2D`, `UNetMidBlock2D`, `UpBlock2D` and `AttnUpBlock2D`.
 */
import * as tf from '@tensorflow/tfjs';
import { attention } from './attention.ts';
import type { Declare, Layer, Pass } from './declare.ts';
import { dropout } from './dropout.ts';
import { conv2d, convParts, linear, upsampleConv2d } from './layers.ts';
import { groupNorm, silu } from './normalization.ts';
import type { DropoutSpec } from './types.ts';

/** Options that all blocks of a network share. */
export interface BlockOptions {
  /** Width of the time embedding. */
  timeWidth: number;
  groups: number;
  epsilon: number;
  /** Channels of an attention head; null: one head. */
  headDim: number | null;
  downsamplePadding: 0 | 1;
  /** Share of the values that residual blocks drop, and the list of all layers that do. */
  dropout: number;
  dropouts: DropoutSpec[];
}

/** Options of a block. */
interface Placed extends BlockOptions {
  /** Height and width of its feature maps. */
  side: number;
}

/** A layer that also sees silu(time embedding), [N, timeWidth]. */
type TimedLayer = (pass: Pass, x: tf.Tensor4D, time: tf.Tensor2D) => tf.Tensor4D;

/** GroupNorm, SiLU, convolution, twice, with the time added between, dropout before the last, and a shortcut around. */
function resnet(declare: Declare, inputs: number, outputs: number, options: Placed): TimedLayer {
  const { groups, epsilon, timeWidth, side } = options;
  const norm1 = groupNorm(declare.in('norm1'), inputs, groups, epsilon);
  const conv1 = convParts(declare.in('conv1'), inputs, outputs, { kernel: 3, padding: 1 });
  const timeProjection = linear(declare.in('time_emb_proj'), timeWidth, outputs);
  const norm2 = groupNorm(declare.in('norm2'), outputs, groups, epsilon);
  const drop = dropout(options.dropouts, declare.pathOf('dropout'), options.dropout, [outputs, side, side]);
  const conv2 = conv2d(declare.in('conv2'), outputs, outputs, { kernel: 3, padding: 1 });
  const shortcut: Layer =
    inputs === outputs ? (_, x) => x : conv2d(declare.in('conv_shortcut'), inputs, outputs, { kernel: 1, padding: 0 });

  return (pass, x, time) => {
    // The bias and the time are added while they are small: one addition over the feature map instead of two.
    const offset = tf.add(timeProjection(pass, time), conv1.bias(pass)); // [N, outputs]
    const h = conv1.apply(pass, silu(norm1(pass, x)));
    const timed: tf.Tensor4D = tf.add(h, tf.reshape(offset, [x.shape[0], 1, 1, outputs]));
    return tf.add(shortcut(pass, x), conv2(pass, drop(pass, silu(norm2(pass, timed)))));
  };
}

const attentionOf = (declare: Declare, channels: number, { headDim, groups, epsilon }: BlockOptions): Layer =>
  attention(declare, channels, { headDim: headDim ?? channels, groups, epsilon });

interface LevelOptions extends Placed {
  /** Input channels of each residual block. */
  inputs: number[];
  outputs: number;
  attention: boolean;
}

/** A row of residual blocks, each followed by attention if the level has it. */
function level(declare: Declare, options: LevelOptions): TimedLayer[] {
  const { inputs, outputs } = options;
  const attentions = options.attention
    ? inputs.map((_, i) => attentionOf(declare.in(`attentions.${i}`), outputs, options))
    : [];
  const resnets = inputs.map((width, i) => resnet(declare.in(`resnets.${i}`), width, outputs, options));
  return resnets.map((residual, i) => (pass, x, time) => {
    const h = residual(pass, x, time);
    return attentions[i]?.(pass, h) ?? h;
  });
}

/** Returns the outputs of all its layers, the downsampled one last: the skips for the way up. */
export function downBlock(declare: Declare, options: LevelOptions & { downsample: boolean }) {
  const { outputs, downsample, downsamplePadding } = options;
  const layers = level(declare, options);
  const padding = downsamplePadding === 0 ? 'end' : downsamplePadding;
  const halve = downsample
    ? conv2d(declare.in('downsamplers.0.conv'), outputs, outputs, { kernel: 3, stride: 2, padding })
    : null;
  return (pass: Pass, x: tf.Tensor4D, time: tf.Tensor2D): tf.Tensor4D[] => {
    const states: tf.Tensor4D[] = [];
    for (const layer of layers) states.push(layer(pass, states.at(-1) ?? x, time));
    return halve ? [...states, halve(pass, states.at(-1)!)] : states;
  };
}

/** `inputs` includes the skip's channels. It takes skips from the end of the list and removes them. */
export function upBlock(declare: Declare, options: LevelOptions & { upsample: boolean }) {
  const { outputs, upsample } = options;
  const layers = level(declare, options);
  const double = upsample ? upsampleConv2d(declare.in('upsamplers.0.conv'), outputs, outputs) : null;
  return (pass: Pass, x: tf.Tensor4D, skips: tf.Tensor4D[], time: tf.Tensor2D): tf.Tensor4D => {
    for (const layer of layers) x = layer(pass, tf.concat([x, skips.pop()!], 3), time);
    return double?.(pass, x) ?? x;
  };
}

/** Residual block, attention if `attend`, residual block. */
export function midBlock(declare: Declare, channels: number, attend: boolean, options: Placed): TimedLayer {
  const middle = attend ? attentionOf(declare.in('attentions.0'), channels, options) : null;
  const first = resnet(declare.in('resnets.0'), channels, channels, options);
  const second = resnet(declare.in('resnets.1'), channels, channels, options);
  return (pass, x, time) => {
    const h = first(pass, x, time);
    return second(pass, middle?.(pass, h) ?? h, time);
  };
}
