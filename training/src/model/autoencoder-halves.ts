/**
 * The halves of an autoencoder: `Encoder` and `Decoder` of diffusers, whose blocks are those of `UNet2DModel` without the time.
 *
 * Source: Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models" (arXiv 2112.10752), appendix; diffusers'
 * `autoencoders/vae.py`.
 */
import { scaledSides } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import { activations } from '../layers/activation.ts';
import type { Declare, Layer, Pass } from '../layers/declare.ts';
import { conv2d } from '../layers/layers.ts';
import { groupNorm, silu } from '../layers/normalization.ts';
import type { NetworkRecord } from '../layers/types.ts';
import {
  type BlockOptions,
  downsampler,
  type LevelOptions,
  level,
  midBlock,
  upsampler,
} from '../layers/unet2d-blocks.ts';
import type { AutoencoderConfig } from './autoencoder-config.ts';

/** What the halves need of a configuration. */
export type HalvesConfig = Pick<
  AutoencoderConfig,
  | 'sample_size'
  | 'patch_size'
  | 'block_out_channels'
  | 'down_block_types'
  | 'up_block_types'
  | 'layers_per_block'
  | 'decoder_layers_per_block'
  | 'encoder_mid_block'
  | 'decoder_mid_block'
  | 'conv_act'
  | 'mid_block_add_attention'
  | 'norm_num_groups'
  | 'act_fn'
>;

const EPSILON = 1e-6;

/** What the records of all autoencoders have in common. */
export const AUTOENCODER = {
  library: 'diffusers',
  channelKeys: ['in_channels', 'out_channels'],
  featureWidths: () => [],
  unwritten: ['num_class_embeds', 'num_train_timesteps'],
} satisfies Partial<NetworkRecord>;

export const channelsLast = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [0, 2, 3, 1]);
export const channelsFirst = (x: tf.Tensor4D): tf.Tensor4D => tf.transpose(x, [0, 3, 1, 2]);

/** What the blocks share. There is no time, and each attention has one head. */
const optionsOf = ({ act_fn, norm_num_groups: groups }: HalvesConfig): BlockOptions => ({
  timeWidth: 0,
  timeUse: 'default',
  act: activations[act_fn],
  groups,
  epsilon: EPSILON,
  headDim: null,
  downsamplePadding: 0,
  dropout: 0,
  dropouts: [],
});

/** @param inputs, outputs channels @returns the layer from pictures to moments, [N, H, W, inputs] to [N, h, w, outputs] */
export function encoder(declare: Declare, config: HalvesConfig, inputs: number, outputs: number): Layer {
  const { block_out_channels: widths, layers_per_block: depth, down_block_types: types } = config;
  const options = optionsOf(config);
  const last = widths.length - 1;
  const first = conv2d(declare.in('conv_in'), inputs, widths[0]!, { kernel: 3, padding: 1 });
  const levels = widths.map((width, i) =>
    row(declare.in(`down_blocks.${i}`), {
      ...options,
      inputs: Array.from({ length: depth }, (_, layer) => (layer === 0 ? (widths[i - 1] ?? width) : width)),
      outputs: width,
      sides: sidesAt(config, i),
      attention: types[i]!.startsWith('Attn'),
      resampled: i < last ? 'down' : undefined,
    }),
  );
  const middle = config.encoder_mid_block ? [mid(declare.in('mid_block'), config, options)] : [];
  const out = closing(declare, config, widths[last]!, outputs);
  return chain([first, ...levels, ...middle, out]);
}

/** @param inputs, outputs channels @returns the layer from latents to pictures, [N, h, w, inputs] to [N, H, W, outputs] */
export function decoder(declare: Declare, config: HalvesConfig, inputs: number, outputs: number): Layer {
  const { block_out_channels: widths, up_block_types: types } = config;
  const depth = config.decoder_layers_per_block ?? config.layers_per_block + 1;
  const options = optionsOf(config);
  const last = widths.length - 1;
  const first = conv2d(declare.in('conv_in'), inputs, widths[last]!, { kernel: 3, padding: 1 });
  const levels = widths.map((_, i) => {
    const at = last - i; // the level, counted from the outermost
    const width = widths[at]!;
    return row(declare.in(`up_blocks.${i}`), {
      ...options,
      inputs: Array.from({ length: depth }, (_, layer) => (layer === 0 ? (widths[at + 1] ?? width) : width)),
      outputs: width,
      sides: sidesAt(config, at),
      attention: types[i]!.startsWith('Attn'),
      resampled: at > 0 ? 'up' : undefined,
    });
  });
  const middle = config.decoder_mid_block ? [mid(declare.in('mid_block'), config, options)] : [];
  const out = closing(declare, config, widths[0]!, outputs);
  return chain([first, ...middle, ...levels, out]);
}

const sidesAt = ({ sample_size, patch_size }: HalvesConfig, level: number) =>
  scaledSides(sample_size, 1 / (patch_size * 2 ** level));

/** A level's residual blocks, and what leads to the next level. */
function row(
  declare: Declare,
  { resampled, ...options }: LevelOptions & { resampled: 'down' | 'up' | undefined },
): Layer {
  const blocks = level(declare, options);
  const to =
    resampled === 'down'
      ? downsampler(declare, { ...options, downsample: 'conv' })
      : resampled === 'up'
        ? upsampler(declare, { ...options, upsample: 'conv' })
        : undefined;
  return chain([...blocks, ...(to ? [to] : [])]);
}

function mid(declare: Declare, config: HalvesConfig, options: BlockOptions): Layer {
  const { block_out_channels: widths, norm_num_groups, mid_block_add_attention } = config;
  return midBlock(declare, {
    ...options,
    channels: widths.at(-1)!,
    sides: sidesAt(config, widths.length - 1),
    attend: mid_block_add_attention,
    attentionGroups: norm_num_groups,
    scale: 1,
  });
}

/** GroupNorm, SiLU whatever the blocks have, or nothing, and a convolution. */
function closing(declare: Declare, config: HalvesConfig, width: number, outputs: number): Layer {
  const norm = groupNorm(declare.in('conv_norm_out'), width, config.norm_num_groups, EPSILON);
  const conv = conv2d(declare.in('conv_out').closing(), width, outputs, { kernel: 3, padding: 1 });
  return (pass, x) => conv(pass, config.conv_act ? silu(norm(pass, x)) : norm(pass, x));
}

/** One after the other. */
const chain =
  (layers: readonly Layer[]): Layer =>
  (pass: Pass, x) =>
    layers.reduce((y, layer) => layer(pass, y), x);
