/** Configuration of `AutoencoderKL`: diffusers' keys and defaults. Keys of unsupported features are accepted at their "off" value. */
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
import { type Read, UNTOLD } from './condition-config.ts';

const DOWN_BLOCKS = ['DownEncoderBlock2D', 'AttnDownEncoderBlock2D'] as const;
const UP_BLOCKS = ['UpDecoderBlock2D', 'AttnUpDecoderBlock2D'] as const;

/** What `AutoencoderKL` and `VQModel` have in common. */
export const HALVES_RULES = {
  in_channels: withDefault(3, integer(1, 256)),
  out_channels: withDefault(3, integer(1, 256)),
  down_block_types: withDefault(['DownEncoderBlock2D'], listOf(oneOf(DOWN_BLOCKS), 1)),
  up_block_types: withDefault(['UpDecoderBlock2D'], listOf(oneOf(UP_BLOCKS), 1)),
  block_out_channels: withDefault([64], listOf(integer(1, 8192), 1)),
  layers_per_block: withDefault(1, integer(1, 64)),
  act_fn: withDefault('silu', oneOf([...ACTIVATION_NAMES, 'swish'])) as Rule<ActivationName>,
  norm_num_groups: withDefault(32, integer(1, 8192)),
  mid_block_add_attention: withDefault(true, flag),
};

const RULES = {
  _class_name: oneOf(['AutoencoderKL']),
  sample_size: sampleSize(4096),
  ...HALVES_RULES,
  patch_size: withDefault(1, integer(1, 64)),
  latent_channels: withDefault(4, integer(1, 256)),
  scaling_factor: withDefault(0.18215, number({ above: 0 })),
  shift_factor: withDefault(null, nullable(number())),
  latents_mean: only(null),
  latents_std: only(null),
  use_quant_conv: withDefault(true, flag),
  use_post_quant_conv: withDefault(true, flag),
  encoder_mid_block: withDefault(true, flag),
  decoder_mid_block: withDefault(true, flag),
  conv_act: withDefault(true, flag),
  decoder_layers_per_block: withDefault(null, nullable(integer(1, 65))),
  ...UNTOLD,
};

/**
 * | name                             | default | meaning                                                                   |
 * | -------------------------------- | ------- | ------------------------------------------------------------------------- |
 * | sample_size                      | required | side in pixels, or [height, width]; divisible by patch_size 2^(levels - 1) |
 * | in_channels, out_channels        | 3       | of the pictures                                                           |
 * | patch_size                       | 1       | pixels, across and down, that the network sees as one. Not a key of diffusers |
 * | block_out_channels               | [64]    | width of every level, from the outermost on                               |
 * | layers_per_block                 | 1       | residual blocks per level of the encoder; by default the decoder has one more |
 * | down_block_types, up_block_types | plain   | one per level; with attention where they begin with Attn                  |
 * | latent_channels                  | 4       | of the latents                                                            |
 * | scaling_factor, shift_factor     | 0.18215, null | latents are (z - shift_factor) scaling_factor, about 1 wide         |
 * | use_quant_conv, use_post_quant_conv | true | a 1 x 1 convolution after the encoder, and before the decoder             |
 * | mid_block_add_attention          | true    | attention in the middle of both halves                                    |
 * | encoder_mid_block, decoder_mid_block | true | whether there is a middle at all, as in some of MONAI. Not keys of diffusers |
 * | conv_act                         | true    | SiLU before the last convolution of both halves, which MONAI has not. Not a key of diffusers |
 * | decoder_layers_per_block         | layers_per_block + 1 | residual blocks per level of the decoder, at most that. Not a key of diffusers |
 * | norm_num_groups, act_fn          | 32, silu | of every GroupNorm, and of the residual blocks                           |
 */
export type AutoencoderConfig = Read<typeof RULES>;

const ACTION = 'read the AutoencoderKL config';

/** @throws InputError on an unknown key, a value that is not supported, or values that do not go together. */
export function readAutoencoderConfig(json: unknown): AutoencoderConfig {
  const passive = ['_diffusers_version', '_name_or_path', 'force_upcast'].map((name) => [name, anything]);
  const config = readObject<AutoencoderConfig>(json, ACTION, RULES, Object.fromEntries(passive));
  checkHalves(ACTION, config);
  const { layers_per_block: layers, decoder_layers_per_block: own } = config;
  if (own !== null && own > layers + 1) {
    refuse(ACTION, 'decoder_layers_per_block', `at most ${layers + 1}, one more than layers_per_block`, own);
  }
  if (own === layers + 1) config.decoder_layers_per_block = null; // as in diffusers
  return config;
}

/**
 * Calls SiLU by one name.
 * @throws InputError for values of `HALVES_RULES` that do not go together
 */
export function checkHalves(action: string, config: Read<typeof HALVES_RULES>): void {
  if ((config.act_fn as string) === 'swish') config.act_fn = 'silu'; // another name of it
  const levels = config.block_out_channels.length;
  for (const name of ['down_block_types', 'up_block_types'] as const) {
    const rule = `a list of ${levels}, one for each of block_out_channels`;
    if (config[name].length !== levels) refuse(action, name, rule, config[name]);
  }
  if (config.in_channels !== config.out_channels) {
    refuse(action, 'out_channels', `in_channels (${config.in_channels})`, config.out_channels);
  }
  for (const channels of config.block_out_channels) {
    if (channels % config.norm_num_groups !== 0) {
      refuse(action, 'norm_num_groups', `a divisor of every block_out_channels (${channels})`, config.norm_num_groups);
    }
  }
}
