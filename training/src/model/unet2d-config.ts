/**
 * Configuration of `UNet2DModel`: diffusers' keys and defaults, so we can read its `config.json` and it can read ours.
 * Keys of unsupported features are accepted only at their "off" value.
 */

import { sampleSize } from '@onnoise/scheduler/model';
import {
  anything,
  flag,
  integer,
  listOf,
  nullable,
  number,
  oneOf,
  only,
  type Rule,
  readObject,
  refuse,
  withDefault,
} from '@onnoise/scheduler/rules';
import { ACTIVATION_NAMES, type ActivationName } from '../layers/activation.ts';
import { besideChannels, CONDITION_RULES, type Read } from './condition-config.ts';

const DOWN_BLOCKS = ['DownBlock2D', 'AttnDownBlock2D', 'ResnetDownsampleBlock2D'] as const;
const UP_BLOCKS = ['UpBlock2D', 'AttnUpBlock2D', 'ResnetUpsampleBlock2D'] as const;
const RESAMPLING = ['conv', 'resnet'] as const;

const CHANNELS = withDefault(3, integer(1, 256));
/** null means left out; `readUNet2DConfig` fills in the number. */
const TIMESTEPS = withDefault(null, nullable(integer(1, 100_000))) as Rule<number>;

const RULES = {
  _class_name: oneOf(['UNet2DModel']),
  sample_size: sampleSize(4096),
  in_channels: CHANNELS,
  out_channels: CHANNELS,
  patch_size: withDefault(1, integer(1, 64)),
  center_input_sample: withDefault(false, flag),
  time_embedding_type: only('positional'),
  time_embedding_dim: withDefault(null, nullable(integer(1, 65_536))),
  freq_shift: withDefault(0, number({ min: 0, max: 1 })),
  flip_sin_to_cos: withDefault(true, flag),
  down_block_types: withDefault(['DownBlock2D', ...Array(3).fill('AttnDownBlock2D')], listOf(oneOf(DOWN_BLOCKS), 1)),
  mid_block_type: withDefault('UNetMidBlock2D', oneOf(['UNetMidBlock2D', null])),
  up_block_types: withDefault([...Array(3).fill('AttnUpBlock2D'), 'UpBlock2D'], listOf(oneOf(UP_BLOCKS), 1)),
  block_out_channels: withDefault([224, 448, 672, 896], listOf(integer(1, 8192), 1)),
  layers_per_block: withDefault(2, integer(1, 64)),
  mid_block_scale_factor: withDefault(1, number({ above: 0 })),
  downsample_padding: withDefault(1, oneOf([0, 1])),
  downsample_type: withDefault('conv', oneOf(RESAMPLING)),
  upsample_type: withDefault('conv', oneOf(RESAMPLING)),
  dropout: withDefault(0, number({ min: 0, below: 1 })),
  act_fn: withDefault('silu', oneOf([...ACTIVATION_NAMES, 'swish'])) as Rule<ActivationName>,
  attention_head_dim: withDefault(8, nullable(integer(1, 8192))),
  norm_num_groups: withDefault(32, integer(1, 8192)),
  attn_norm_num_groups: withDefault(null, nullable(integer(1, 8192))),
  norm_eps: withDefault(1e-5, number({ above: 0, max: 1 })),
  resnet_time_scale_shift: withDefault('default', oneOf(['default', 'scale_shift'])),
  add_attention: withDefault(true, flag),
  class_embed_type: only(null),
  ...CONDITION_RULES,
  class_pictures: withDefault(false, flag),
  num_train_timesteps: TIMESTEPS,
};

/**
 * | name                             | default               | meaning                                                         |
 * | -------------------------------- | --------------------- | --------------------------------------------------------------- |
 * | sample_size                      | required              | side in pixels, or [height, width]; divisible by patch_size 2^(levels - 1) |
 * | in_channels, out_channels        | 3                     | of the input, which is sample and condition image, and of the prediction |
 * | patch_size                       | 1                     | pixels, across and down, that the network sees as one. Not a key of diffusers |
 * | block_out_channels               | [224, 448, 672, 896]  | width of every level                                            |
 * | layers_per_block                 | 2                     | residual blocks per level, one more going up                |
 * | down_block_types, up_block_types | attention but at the outermost level | one per level, see unet2d-blocks.ts              |
 * | downsample_type, upsample_type   | conv                  | how levels with attention lead to the next: conv, or resnet     |
 * | mid_block_type                   | UNetMidBlock2D        | null: no middle block                                           |
 * | mid_block_scale_factor           | 1                     | divides the sums with shortcuts in the middle block             |
 * | add_attention                    | true                  | attention in the middle block                                   |
 * | attn_norm_num_groups             | null                  | groups there; null: norm_num_groups, none with scale_shift      |
 * | attention_head_dim               | 8                     | channels of a head; null: one head                              |
 * | norm_num_groups, norm_eps        | 32, 1e-5              | of every GroupNorm                                              |
 * | downsample_padding               | 1                     | 0 pads one zero after, none before                              |
 * | time_embedding_dim               | null                  | null: four times the first width                                |
 * | dropout                          | 0                     | share of the values that residual blocks drop in training       |
 * | act_fn                           | silu                  | relu, silu (or swish), gelu (the exact form) or mish            |
 * | resnet_time_scale_shift          | default               | the time is added in residual blocks; scale_shift: scales and shifts there |
 * | center_input_sample              | false                 | the sample enters as 2 x - 1                                    |
 * | flip_sin_to_cos, freq_shift      | true, 0               | order and frequencies of the time embedding                     |
 * | num_class_embeds                 | null                  | rows of the class embedding; null: no classes                   |
 * | null_condition                   | false                 | trained without a condition too; the last class is then the null class. Not a key of diffusers |
 * | class_pictures                   | false                 | a learned picture of its class beside the sample; false without classes. Not a key of diffusers |
 * | conditions                       | []                    | numbers it is conditional on: name, mean, std, min, max. Not a key of diffusers |
 * | condition_image                  | null                  | a mask, { classes: [...] }, or picture, { channels: 3 }, beside the sample. Not a key of diffusers |
 * | mask_output                      | null                  | a mask that is drawn too, { classes: [...] }: a plane each after the picture's channels. Not a key of diffusers |
 * | num_train_timesteps              | 1000                  | T, rows of the time embedding's table                           |
 */
export type UNet2DConfig = Read<typeof RULES>;

/** Names that versions from 2022 used for keys above; null means unused. */
const FORMER_NAMES = [
  ...['image_size', 'num_res_blocks', 'block_channels', 'down_blocks', 'up_blocks', 'downscale_freq_shift'],
  ...['resnet_num_groups', 'resnet_act_fn', 'resnet_eps', 'num_head_channels'],
];

const ACTION = 'read the UNet2DModel config';
const DEFAULT_TIMESTEPS = 1000;

/** @throws InputError on an unknown key, a value that is not supported, or values that do not go together. */
export function readUNet2DConfig(json: unknown): UNet2DConfig {
  const former = FORMER_NAMES.filter((name) => (json as Record<string, unknown> | null)?.[name] === null);
  const passive = ['_diffusers_version', '_name_or_path', ...former].map((name) => [name, anything]);
  const config = readObject<UNet2DConfig>(json, ACTION, RULES, Object.fromEntries(passive));
  config.num_train_timesteps ??= DEFAULT_TIMESTEPS;
  if (config.num_class_embeds === null) config.class_pictures = false;
  if ((config.act_fn as string) === 'swish') config.act_fn = 'silu'; // another name of it
  const levels = config.block_out_channels.length;
  for (const name of ['down_block_types', 'up_block_types'] as const) {
    const rule = `a list of ${levels}, one for each of block_out_channels`;
    if (config[name].length !== levels) refuse(ACTION, name, rule, config[name]);
  }
  checkChannels(config);
  for (const channels of config.block_out_channels) {
    if (channels % config.norm_num_groups !== 0) {
      refuse(ACTION, 'norm_num_groups', `a divisor of every block_out_channels (${channels})`, config.norm_num_groups);
    }
  }
  for (const channels of attentionWidths(config)) {
    const head = config.attention_head_dim ?? channels;
    if (channels % head !== 0) refuse(ACTION, 'attention_head_dim', `null or a divisor of ${channels}`, head);
  }
  const { attn_norm_num_groups: groups } = config;
  const deepest = config.block_out_channels.at(-1)!;
  if (groups !== null && attendsInTheMiddle(config) && deepest % groups !== 0) {
    refuse(ACTION, 'attn_norm_num_groups', `null or a divisor of ${deepest}`, groups);
  }
  if (config.freq_shift >= Math.floor(config.block_out_channels[0]! / 2)) {
    refuse(ACTION, 'block_out_channels', 'a list that starts at 4 or more', config.block_out_channels);
  }
  return config;
}

/** The channels of the input are those of the output, and those of the condition image. Where that is not described, it is a picture. */
function checkChannels(config: UNet2DConfig): void {
  const { in_channels: inputs, out_channels: outputs } = config;
  if (config.condition_image === null && inputs > outputs) config.condition_image = { channels: inputs - outputs };
  const { in_channels: more, out_channels: drawn } = besideChannels(config);
  const wanted = inputs - (more - drawn);
  if (outputs === wanted && outputs > drawn) return;
  const rule =
    more > drawn ? `in_channels (${inputs}) less the ${more - drawn} of condition_image` : `in_channels (${inputs})`;
  refuse(ACTION, 'out_channels', outputs === wanted ? `more than the ${drawn} of mask_output` : rule, outputs);
}

/** Whether there is a middle block with attention. */
export const attendsInTheMiddle = ({ mid_block_type, add_attention }: UNet2DConfig): boolean =>
  mid_block_type !== null && add_attention;

/** Widths at which attention runs. */
function attentionWidths(config: UNet2DConfig): number[] {
  const widths = config.block_out_channels;
  const last = widths.length - 1;
  const down = widths.filter((_, i) => config.down_block_types[i] === 'AttnDownBlock2D');
  const up = widths.filter((_, i) => config.up_block_types[last - i] === 'AttnUpBlock2D');
  const mid = attendsInTheMiddle(config) ? [widths[last]!] : [];
  return [...down, ...mid, ...up];
}
