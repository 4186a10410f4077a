/**
 * The blocks of `UNet2DModel`, and without the time those of `AutoencoderKL`: arithmetic and parameter names of diffusers'
 * `ResnetBlock2D`, and of `UNetMidBlock2D` and the blocks of the levels:
 *
 * | on the way down, up                                | attention | halves, doubles the side by                       |
 * |----------------------------------------------------|-----------|---------------------------------------------------|
 * | DownBlock2D, UpBlock2D                             | no        | a convolution                                     |
 * | AttnDownBlock2D, AttnUpBlock2D                     | yes       | what `downsample_type` and `upsample_type` say    |
 * | ResnetDownsampleBlock2D, ResnetUpsampleBlock2D     | no        | a residual block                                  |
 */
import { scaledSides } from '@onnoise/scheduler/model';
import type { DropoutSpec } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { Activation } from './activation.ts';
import { attention } from './attention.ts';
import type { Declare, Layer, Pass } from './declare.ts';
import { dropout } from './dropout.ts';
import { conv2d, convParts, linear, meanHalve, nearestDouble, upsampleConv2d, upsampleConvParts } from './layers.ts';
import { groupNorm } from './normalization.ts';

/** Options that all blocks of a network share. */
export interface BlockOptions {
  /** Width of the time embedding; 0: the blocks see no time. */
  timeWidth: number;
  /** How residual blocks use the time: added before the second norm, or as scale and shift after it. */
  timeUse: 'default' | 'scale_shift';
  act: Activation;
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
  sides: readonly [height: number, width: number];
}

/** A layer that also sees the activated time embedding, [N, timeWidth], where there is one. */
export type TimedLayer = (pass: Pass, x: tf.Tensor4D, time?: tf.Tensor2D) => tf.Tensor4D;

interface ResnetOptions extends Placed {
  inputs: number;
  outputs: number;
  /** Halves or doubles height and width before the first convolution. */
  resample?: 'halve' | 'double';
  /** The sum with the shortcut is divided by it. Default: 1. */
  scale?: number;
}

/** GroupNorm, activation, convolution, twice, with the time between, dropout before the last, and a shortcut around. */
function resnet(declare: Declare, options: ResnetOptions): TimedLayer {
  const { inputs, outputs, groups, epsilon, timeWidth, timeUse, act, sides, resample, scale = 1 } = options;
  const norm1 = groupNorm(declare.in('norm1'), inputs, groups, epsilon);
  const first = declare.in('conv1');
  const conv1 =
    resample === 'double'
      ? upsampleConvParts(first, inputs, outputs)
      : convParts(first, inputs, outputs, { kernel: 3, padding: 1 });
  const timeOutputs = timeUse === 'default' ? outputs : 2 * outputs;
  const timeProjection = timeWidth > 0 ? linear(declare.in('time_emb_proj'), timeWidth, timeOutputs) : undefined;
  const norm2 = groupNorm(declare.in('norm2'), outputs, groups, epsilon);
  const drop = dropout(options.dropouts, declare.pathOf('dropout'), options.dropout, [outputs, ...sides]);
  const conv2 = conv2d(declare.in('conv2').closing(), outputs, outputs, { kernel: 3, padding: 1 });
  const shortcut: Layer =
    inputs === outputs ? (_, x) => x : conv2d(declare.in('conv_shortcut'), inputs, outputs, { kernel: 1, padding: 0 });
  const spread = (rows: tf.Tensor): tf.Tensor => tf.reshape(rows, [rows.shape[0]!, 1, 1, outputs]);

  const block: TimedLayer = (pass, x, time) => {
    const before = act(norm1(pass, x));
    const h = conv1.apply(pass, resample === 'halve' ? meanHalve(before) : before);
    const around = resample === 'halve' ? meanHalve(x) : resample === 'double' ? nearestDouble(x) : x;
    const projected = timeProjection?.(pass, time!); // [N, outputs], or scale and shift [N, 2 outputs]
    const timed = timeUse === 'scale_shift' && projected ? scaled(pass, h, projected) : added(pass, h, projected);
    const sum: tf.Tensor4D = tf.add(shortcut(pass, around), conv2(pass, drop(pass, act(timed))));
    return scale === 1 ? sum : tf.div(sum, scale);
  };
  // Eagerly, what a block no longer needs is freed: the feature maps of a large network would fill the memory.
  return (pass, x, time) => tf.tidy(() => block(pass, x, time));

  /** The bias and the time are added while they are small: one addition over the feature map instead of two. */
  function added(pass: Pass, h: tf.Tensor4D, projected: tf.Tensor2D | undefined): tf.Tensor4D {
    const bias = conv1.bias(pass);
    return norm2(pass, tf.add(h, projected ? spread(tf.add(projected, bias)) : bias));
  }

  function scaled(pass: Pass, h: tf.Tensor4D, projected: tf.Tensor2D): tf.Tensor4D {
    const [scale, shift] = tf.split(projected, 2, 1);
    const normal = norm2(pass, tf.add(h, conv1.bias(pass)));
    return tf.add(tf.mul(normal, spread(tf.add(scale!, 1))), spread(shift!));
  }
}

const attentionOf = (declare: Declare, channels: number, { headDim, groups, epsilon }: BlockOptions): Layer =>
  attention(declare, channels, { headDim: headDim ?? channels, groups, epsilon });

export interface LevelOptions extends Placed {
  /** Input channels of each residual block. */
  inputs: number[];
  outputs: number;
  attention: boolean;
}

/** A row of residual blocks, each followed by attention if the level has it. */
export function level(declare: Declare, options: LevelOptions): TimedLayer[] {
  const { inputs: widths, outputs } = options;
  const attentions = options.attention
    ? widths.map((_, i) => attentionOf(declare.in(`attentions.${i}`), outputs, options))
    : [];
  const resnets = widths.map((inputs, i) => resnet(declare.in(`resnets.${i}`), { ...options, inputs, outputs }));
  return resnets.map((residual, i) => (pass, x, time) => {
    const h = residual(pass, x, time);
    return attentions[i]?.(pass, h) ?? h;
  });
}

/** How a level leads to the next; undefined for the last. */
export type Resampling = 'conv' | 'resnet' | undefined;

/** Returns the outputs of its layers and of the downsampling: the skips for the way up. */
export function downBlock(declare: Declare, options: LevelOptions & { downsample: Resampling }) {
  const layers = level(declare, options);
  const halve = downsampler(declare, options);
  return (pass: Pass, x: tf.Tensor4D, time?: tf.Tensor2D): tf.Tensor4D[] => {
    const states: tf.Tensor4D[] = [];
    for (const layer of layers) states.push(layer(pass, states.at(-1) ?? x, time));
    return halve ? [...states, halve(pass, states.at(-1)!, time)] : states;
  };
}

export function downsampler(
  declare: Declare,
  options: LevelOptions & { downsample: Resampling },
): TimedLayer | undefined {
  const { outputs, sides, downsample, downsamplePadding } = options;
  if (downsample === undefined) return undefined;
  if (downsample === 'resnet') {
    const placed = { ...options, inputs: outputs, sides: scaledSides(sides, 1 / 2) };
    return resnet(declare.in('downsamplers.0'), { ...placed, resample: 'halve' });
  }
  const padding = downsamplePadding === 0 ? 'end' : downsamplePadding;
  return conv2d(declare.in('downsamplers.0.conv'), outputs, outputs, { kernel: 3, stride: 2, padding });
}

/** `inputs` includes the skip's channels. It takes skips from the end of the list and removes them. */
export function upBlock(declare: Declare, options: LevelOptions & { upsample: Resampling }) {
  const layers = level(declare, options);
  const double = upsampler(declare, options);
  return (pass: Pass, x: tf.Tensor4D, skips: tf.Tensor4D[], time: tf.Tensor2D): tf.Tensor4D => {
    for (const layer of layers) {
      const skip = skips.pop()!;
      x = tf.tidy(() => layer(pass, tf.concat([x, skip], 3), time));
    }
    return double?.(pass, x, time) ?? x;
  };
}

export function upsampler(declare: Declare, options: LevelOptions & { upsample: Resampling }): TimedLayer | undefined {
  const { outputs, sides, upsample } = options;
  if (upsample === undefined) return undefined;
  if (upsample === 'conv') return upsampleConv2d(declare.in('upsamplers.0.conv'), outputs, outputs);
  return resnet(declare.in('upsamplers.0'), {
    ...options,
    inputs: outputs,
    sides: scaledSides(sides, 2),
    resample: 'double',
  });
}

interface MidOptions extends Placed {
  channels: number;
  attend: boolean;
  /** Groups of the GroupNorm that attention begins with; undefined: none. */
  attentionGroups: number | undefined;
  /** What the sums with the shortcuts are divided by. */
  scale: number;
}

/** Residual block, attention if `attend`, residual block. */
export function midBlock(declare: Declare, options: MidOptions): TimedLayer {
  const { channels, attend, attentionGroups: groups, headDim, epsilon, scale } = options;
  const middle = attend
    ? attention(declare.in('attentions.0'), channels, { headDim: headDim ?? channels, groups, epsilon, scale })
    : null;
  const placed = { ...options, inputs: channels, outputs: channels };
  const first = resnet(declare.in('resnets.0'), placed);
  const second = resnet(declare.in('resnets.1'), placed);
  return (pass, x, time) => {
    const h = first(pass, x, time);
    return second(pass, middle?.(pass, h) ?? h, time);
  };
}
