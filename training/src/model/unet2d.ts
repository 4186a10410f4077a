/**
 * `UNet2DModel`: the U-Net of the DDPM paper, as in diffusers' class of that name. Arithmetic, parameter names and
 * shapes are the same, so weights can be exchanged both ways. Our additions, off by default: conditions, whose embedding is added to
 * the time embedding, patches, and pictures of the classes.
 *
 * Source: Ho et al., "Denoising Diffusion Probabilistic Models" (arXiv 2006.11239), appendix B; diffusers' `unet_2d.py`.
 */
import { scaledSides, sidesOf } from '@onnoise/scheduler/model';
import type { DropoutSpec } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import { activations } from '../layers/activation.ts';
import { besideClassPictures } from '../layers/class-pictures.ts';
import { conditionEmbedding } from '../layers/condition-embedding.ts';
import { declareInto } from '../layers/declare.ts';
import { conv2d, embedding, linear } from '../layers/layers.ts';
import { groupNorm, silu } from '../layers/normalization.ts';
import { inPatches } from '../layers/patches.ts';
import { timeEmbedding } from '../layers/time-embedding.ts';
import type { Forward, NetworkRecord, ParameterSpec } from '../layers/types.ts';
import { type BlockOptions, downBlock, midBlock, type Resampling, upBlock } from '../layers/unet2d-blocks.ts';
import { attendsInTheMiddle, readUNet2DConfig, type UNet2DConfig } from './unet2d-config.ts';

function unet2d(config: UNet2DConfig, parameters: ParameterSpec[], dropouts: DropoutSpec[]): Forward {
  const { block_out_channels: widths, layers_per_block: depth, num_train_timesteps: count } = config;
  const first = widths[0]!;
  const last = widths.length - 1;
  const timeWidth = config.time_embedding_dim ?? 4 * first;
  const act = activations[config.act_fn];
  const options: BlockOptions = {
    timeWidth,
    timeUse: config.resnet_time_scale_shift,
    act,
    groups: config.norm_num_groups,
    epsilon: config.norm_eps,
    headDim: config.attention_head_dim,
    downsamplePadding: config.downsample_padding,
    dropout: config.dropout,
    dropouts,
  };
  const declare = declareInto(parameters);

  const convIn = conv2d(declare.in('conv_in'), config.in_channels, first, { kernel: 3, padding: 1 });
  const embedTime = timeEmbedding({
    count,
    width: first,
    shift: config.freq_shift,
    cosFirst: config.flip_sin_to_cos,
  });
  const time1 = linear(declare.in('time_embedding.linear_1'), first, timeWidth);
  const time2 = linear(declare.in('time_embedding.linear_2'), timeWidth, timeWidth);
  const classes =
    config.num_class_embeds === null
      ? null
      : embedding(declare.in('class_embedding'), config.num_class_embeds, timeWidth);
  const conditions =
    config.conditions.length > 0
      ? conditionEmbedding(declare.in('condition_embeddings'), config.conditions.length, timeWidth)
      : null;

  const sides = (level: number) => scaledSides(config.sample_size, 2 ** -level);
  const downs = widths.map((outputs, i) => {
    const inputs = Array.from({ length: depth }, (_, layer) => (layer === 0 ? (widths[i - 1] ?? first) : outputs));
    const type = config.down_block_types[i]!;
    const attention = type === 'AttnDownBlock2D';
    const downsample = i < last ? resamplingOf(type, config.downsample_type) : undefined;
    const shape = { inputs, outputs, sides: sides(i) };
    return downBlock(declare.in(`down_blocks.${i}`), { ...options, ...shape, attention, downsample });
  });
  const ups = widths.map((_, i) => {
    const at = last - i; // the level, counted from the outermost
    const outputs = widths[at]!;
    const below = widths[at + 1] ?? outputs;
    const inputs = Array.from(
      { length: depth + 1 },
      (_, layer) => (layer === 0 ? below : outputs) + (layer === depth ? (widths[at - 1] ?? first) : outputs),
    );
    const type = config.up_block_types[i]!;
    const attention = type === 'AttnUpBlock2D';
    const upsample = at > 0 ? resamplingOf(type, config.upsample_type) : undefined;
    const shape = { inputs, outputs, sides: sides(at) };
    return upBlock(declare.in(`up_blocks.${i}`), { ...options, ...shape, attention, upsample });
  });
  const mid = config.mid_block_type
    ? midBlock(declare.in('mid_block'), {
        ...options,
        channels: widths[last]!,
        sides: sides(last),
        attend: attendsInTheMiddle(config),
        attentionGroups: midAttentionGroups(config),
        scale: config.mid_block_scale_factor,
      })
    : null;
  const normOut = groupNorm(declare.in('conv_norm_out'), first, options.groups, options.epsilon);
  const convOut = conv2d(declare.in('conv_out').closing(), first, config.out_channels, { kernel: 3, padding: 1 });

  return (pass, sample, timestep) => {
    let embedded = time2(pass, silu(time1(pass, embedTime(pass, timestep)))); // [N, timeWidth]
    if (classes) embedded = tf.add(embedded, classes(pass, pass.labels!));
    if (conditions) embedded = tf.add(embedded, conditions(pass, pass.conditions!));
    const time = act(embedded); // every residual block begins with it

    const input: tf.Tensor4D = config.center_input_sample ? tf.sub(tf.mul(sample, 2), 1) : sample;
    const skips = [convIn(pass, input)];
    for (const down of downs) {
      const states = down(pass, skips.at(-1)!, time);
      pass.onFeature?.(states[depth - 1]!);
      skips.push(...states);
    }
    let x = skips.at(-1)!;
    if (mid) {
      x = mid(pass, x, time);
      pass.onFeature?.(x);
    }
    for (const up of ups) x = up(pass, x, skips, time);
    return convOut(pass, silu(normOut(pass, x)));
  };
}

/** The network that sees patches as pixels. */
function onPatches({ patch_size: side, ...config }: UNet2DConfig): UNet2DConfig {
  const deep = (channels: number) => channels * side ** 2;
  return {
    ...config,
    patch_size: 1,
    sample_size: scaledSides(config.sample_size, 1 / side),
    in_channels: deep(config.in_channels + (config.class_pictures ? config.out_channels : 0)),
    out_channels: deep(config.out_channels),
  };
}

/** Blocks with attention do what `type` says; the others say it by their names. */
const resamplingOf = (block: string, type: 'conv' | 'resnet'): Resampling =>
  block.startsWith('Attn') ? type : block.startsWith('Resnet') ? 'resnet' : 'conv';

/** By default those of the residual blocks, but none where these scale and shift by the time. */
function midAttentionGroups(config: UNet2DConfig): number | undefined {
  if (config.attn_norm_num_groups !== null) return config.attn_norm_num_groups;
  return config.resnet_time_scale_shift === 'default' ? config.norm_num_groups : undefined;
}

export const unet2dRecord: NetworkRecord<UNet2DConfig> = {
  className: 'UNet2DModel',
  library: 'diffusers',
  channelKeys: ['in_channels', 'out_channels'],
  read: readUNet2DConfig,
  stride: ({ block_out_channels, patch_size }) => patch_size * 2 ** (block_out_channels.length - 1),
  featureWidths: ({ block_out_channels: widths, mid_block_type }) => [
    ...widths,
    ...(mid_block_type ? [widths.at(-1)!] : []),
  ],
  build(config, parameters, dropouts) {
    const network = inPatches(config.patch_size, unet2d(onPatches(config), parameters, dropouts));
    const { class_pictures: pictures, num_class_embeds: classes, out_channels: channels, sample_size } = config;
    if (!pictures || classes === null) return { forward: network };
    const declare = declareInto(parameters).in('class_picture_embedding');
    return { forward: besideClassPictures(declare, classes, [channels, ...sidesOf(sample_size)], network) };
  },
};
