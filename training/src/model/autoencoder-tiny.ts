/**
 * `AutoencoderTiny`, TAESD: a small autoencoder of plain convolutions, for the latents of larger ones. Arithmetic, parameter names and
 * shapes are those of diffusers' class of that name. It is only imported.
 *
 * Source: Ollin Boer Bohan, https://github.com/madebyollin/taesd; diffusers' `autoencoders/autoencoder_tiny.py`.
 */
import { sampleSize, scaledSides } from '@onnoise/scheduler/model';
import {
  anything,
  integer,
  listOf,
  number,
  oneOf,
  only,
  type Rule,
  readObject,
  refuse,
  withDefault,
} from '@onnoise/scheduler/rules';
import * as tf from '@tensorflow/tfjs';
import { ACTIVATION_NAMES, type Activation, type ActivationName, activations } from '../layers/activation.ts';
import { type Declare, declareInto, type Layer } from '../layers/declare.ts';
import { conv2d, plainConv2d, plainUpsampleConv2d } from '../layers/layers.ts';
import type { NetworkRecord, ParameterSpec } from '../layers/types.ts';
import { AUTOENCODER, chain } from './autoencoder-halves.ts';
import { type Read, UNTOLD } from './condition-config.ts';
import { fixedLatents } from './fixed-latents.ts';

const WIDTHS = [64, 64, 64, 64];
const LIST = listOf(integer(1, 8192), 1);

const RULES = {
  _class_name: oneOf(['AutoencoderTiny']),
  sample_size: sampleSize(4096),
  in_channels: withDefault(3, integer(1, 256)),
  out_channels: withDefault(3, integer(1, 256)),
  encoder_block_out_channels: withDefault(WIDTHS, LIST),
  decoder_block_out_channels: withDefault(WIDTHS, LIST),
  num_encoder_blocks: withDefault([1, 3, 3, 3], listOf(integer(0, 64), 1)),
  num_decoder_blocks: withDefault([3, 3, 3, 1], listOf(integer(0, 64), 1)),
  act_fn: withDefault('relu', oneOf([...ACTIVATION_NAMES, 'swish'])) as Rule<ActivationName>,
  upsample_fn: only('nearest'),
  latent_channels: withDefault(4, integer(1, 256)),
  upsampling_scaling_factor: only(2),
  latent_magnitude: withDefault(3, number()),
  latent_shift: withDefault(0.5, number()),
  scaling_factor: withDefault(1, number({ above: 0 })),
  shift_factor: withDefault(0, number()),
  ...UNTOLD,
};

/**
 * | name                                   | default    | meaning                                                        |
 * | -------------------------------------- | ---------- | -------------------------------------------------------------- |
 * | encoder_, decoder_block_out_channels   | [64, ...]  | width of every level, one number for all of a half             |
 * | num_encoder_blocks, num_decoder_blocks | 1, 3, 3, 3 and 3, 3, 3, 1 | blocks of every level                           |
 * | act_fn                                 | relu       | within blocks; after each is a ReLU                            |
 * | latent_magnitude, latent_shift         | 3, 0.5     | for those who keep latents as bytes; they change nothing here  |
 */
type TinyConfig = Read<typeof RULES>;

const ACTION = 'read the AutoencoderTiny config';

/** @throws InputError on an unknown key, a value that is not supported, or values that do not go together. */
function readTinyConfig(json: unknown): TinyConfig {
  // diffusers writes block_out_channels for others to read.
  const passive = ['_diffusers_version', '_name_or_path', 'force_upcast', 'block_out_channels'];
  const known = Object.fromEntries(passive.map((name) => [name, anything]));
  const config = readObject<TinyConfig>(json, ACTION, RULES, known);
  if ((config.act_fn as string) === 'swish') config.act_fn = 'silu'; // another name of it
  const levels = config.num_encoder_blocks.length;
  for (const name of ['encoder_block_out_channels', 'num_decoder_blocks', 'decoder_block_out_channels'] as const) {
    const rule = `a list of ${levels}, one for each of num_encoder_blocks`;
    if (config[name].length !== levels) refuse(ACTION, name, rule, config[name]);
  }
  for (const name of ['encoder_block_out_channels', 'decoder_block_out_channels'] as const) {
    // Between levels its convolutions keep the width.
    if (new Set(config[name]).size > 1) refuse(ACTION, name, 'one width for all levels', config[name]);
  }
  if (config.in_channels !== config.out_channels) {
    refuse(ACTION, 'out_channels', `in_channels (${config.in_channels})`, config.out_channels);
  }
  return config;
}

const AROUND = { kernel: 3, padding: 1 } as const;
/** What the decoder bounds latents to, softly. */
const BOUND = 3;

function build(config: TinyConfig, parameters: ParameterSpec[]) {
  const { in_channels: channels, latent_channels: latents } = config;
  const declare = declareInto(parameters);
  const down = encoder(declare.in('encoder.layers'), config, channels, latents);
  const up = decoder(declare.in('decoder.layers'), config, latents, channels);
  return fixedLatents(
    [latents, ...scaledSides(config.sample_size, 1 / strideOf(config))],
    (pass, x) => down(pass, tf.mul(tf.add(x, 1), 0.5)), // its pictures are from 0 to 1
    (pass, z) => tf.sub(tf.mul(up(pass, tf.mul(tf.tanh(tf.div(z, BOUND)), BOUND)), 2), 1),
  );
}

function encoder(declare: Declare, config: TinyConfig, inputs: number, outputs: number): Layer {
  const { encoder_block_out_channels: widths, num_encoder_blocks: counts } = config;
  const act = activations[config.act_fn];
  const width = widths[0]!;
  const { add, layers } = row(declare);
  for (const [level, count] of counts.entries()) {
    add((at) =>
      level === 0 ? conv2d(at, inputs, width, AROUND) : plainConv2d(at, width, width, { ...AROUND, stride: 2 }),
    );
    for (let i = 0; i < count; i++) add((at) => block(at, width, act));
  }
  add((at) => conv2d(at, width, outputs, AROUND));
  return chain(layers);
}

function decoder(declare: Declare, config: TinyConfig, inputs: number, outputs: number): Layer {
  const { decoder_block_out_channels: widths, num_decoder_blocks: counts } = config;
  const act = activations[config.act_fn];
  const width = widths[0]!;
  const { add, layers } = row(declare);
  add((at) => conv2d(at, inputs, width, AROUND));
  add(() => (_, x) => act(x));
  for (const [level, count] of counts.entries()) {
    for (let i = 0; i < count; i++) add((at) => block(at, width, act));
    if (level === counts.length - 1) break;
    add(() => (_, x) => x); // PyTorch doubles the sides here: the next layer does both
    add((at) => plainUpsampleConv2d(at, width, width));
  }
  add((at) => conv2d(at.closing(), width, outputs, AROUND));
  return chain(layers);
}

/** Layers that are named by their places, as in PyTorch's `Sequential`. */
function row(declare: Declare) {
  const layers: Layer[] = [];
  return { layers, add: (make: (at: Declare) => Layer) => void layers.push(make(declare.in(String(layers.length)))) };
}

/** Three convolutions with an activation between, and the input beside them. */
function block(declare: Declare, width: number, act: Activation): Layer {
  const first = conv2d(declare.in('conv.0'), width, width, AROUND);
  const second = conv2d(declare.in('conv.2'), width, width, AROUND);
  const third = conv2d(declare.in('conv.4').closing(), width, width, AROUND);
  return (pass, x) => tf.tidy(() => tf.relu(tf.add(third(pass, act(second(pass, act(first(pass, x))))), x)));
}

const strideOf = ({ num_encoder_blocks }: TinyConfig) => 2 ** (num_encoder_blocks.length - 1);

export const autoencoderTinyRecord: NetworkRecord<TinyConfig> = {
  className: 'AutoencoderTiny',
  ...AUTOENCODER,
  read: readTinyConfig,
  stride: strideOf,
  build,
  imported: true,
};
