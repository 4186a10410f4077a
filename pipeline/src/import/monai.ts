/**
 * MONAI's `DiffusionModelUNet` in two dimensions, which is diffusers' `UNet2DModel` under other names: its configuration
 * and the names of its tensors, as diffusers has them.
 *
 * | MONAI                                            | diffusers                                                      |
 * |--------------------------------------------------|----------------------------------------------------------------|
 * | `channels` (before 1.3: `num_channels`)          | `block_out_channels`                                           |
 * | `attention_levels`, `resblock_updown`            | `down_block_types`, `up_block_types`, `downsample_type`, `upsample_type` |
 * | `num_res_blocks`, `num_head_channels`            | `layers_per_block`, `attention_head_dim`: one number for all levels |
 * | cosines before sines, epsilon 1e-6               | `flip_sin_to_cos`, `norm_eps`                                  |
 *
 * Limits: no cross attention (`with_conditioning`), two dimensions only.
 * Source: `monai/networks/nets/diffusion_model_unet.py` of MONAI 1.6.1, and its `load_old_state_dict`.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import type { SafetensorsEntry } from '@onnoise/training/folder';

/** Whether a config is of MONAI: the arguments of the class, with `_target_` as bundles have it. */
export const isMonai = ({ _target_, _class_name }: Readonly<Record<string, unknown>>): boolean =>
  [_target_, _class_name].some((name) => typeof name === 'string' && /(^|\.)DiffusionModelUNet$/.test(name));

/** The arguments of the class; `sample_size` is ours. */
const KNOWN: readonly string[] = [
  ...['_target_', '_class_name', 'spatial_dims', 'in_channels', 'out_channels', 'num_res_blocks', 'channels'],
  ...['num_channels', 'attention_levels', 'norm_num_groups', 'norm_eps', 'resblock_updown', 'num_head_channels'],
  ...['with_conditioning', 'transformer_num_layers', 'cross_attention_dim', 'num_class_embeds', 'upcast_attention'],
  ...['dropout_cattn', 'include_fc', 'use_combined_linear', 'use_flash_attention', 'sample_size'],
];

/** @throws InputError for an argument that the class does not have */
export function checkKeys(action: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new InputError(`Cannot ${action}: unknown key ${JSON.stringify(unknown)}. Known keys: ${known.join(', ')}.`);
}

/** One number for all levels that count. @throws InputError for several */
export function single(action: string, key: string, value: unknown, counts = (_: number) => true): unknown {
  if (!Array.isArray(value)) return value;
  const used = [...new Set(value.filter((_, level) => counts(level)))];
  return used.length === 1 ? used[0] : refuse(action, key, 'one number, or the same for all levels', value);
}

/** The config of the same `UNet2DModel`. @throws InputError for what that cannot be. */
export function configOfMonai(given: Readonly<Record<string, unknown>>, from: string): Record<string, unknown> {
  const action = `import ${from}`;
  checkKeys(action, given, KNOWN);
  if ((given.spatial_dims ?? 2) !== 2) refuse(action, 'spatial_dims', '2', given.spatial_dims);
  if (given.with_conditioning) refuse(action, 'with_conditioning', 'false: cross attention is not supported', true);
  if (given.include_fc === false) refuse(action, 'include_fc', 'true', false);
  const attends = (given.attention_levels ?? [false, false, true, true]) as boolean[];
  const resnet = given.resblock_updown === true;
  const block = (way: 'Down' | 'Up', attention: boolean) =>
    attention ? `Attn${way}Block2D` : resnet ? `Resnet${way}sampleBlock2D` : `${way}Block2D`;
  const last = attends.length - 1;
  const head = (level: number) => attends[level] === true || level === last; // the middle block has those of the last level
  return {
    _class_name: 'UNet2DModel',
    sample_size: given.sample_size,
    in_channels: given.in_channels,
    out_channels: given.out_channels,
    block_out_channels: given.channels ?? given.num_channels ?? [32, 64, 64, 64],
    layers_per_block: single(action, 'num_res_blocks', given.num_res_blocks ?? 2),
    down_block_types: attends.map((attention) => block('Down', attention)),
    up_block_types: attends.map((attention) => block('Up', attention)).reverse(),
    downsample_type: resnet ? 'resnet' : 'conv',
    upsample_type: resnet ? 'resnet' : 'conv',
    attention_head_dim: single(action, 'num_head_channels', given.num_head_channels ?? 8, head),
    norm_num_groups: given.norm_num_groups ?? 32,
    norm_eps: given.norm_eps ?? 1e-6,
    num_class_embeds: given.num_class_embeds ?? null,
    downsample_padding: 1,
    flip_sin_to_cos: true,
    freq_shift: 0,
  };
}

/** Parts of names, in turn. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^time_embed\.0\./, 'time_embedding.linear_1.'],
  [/^time_embed\.2\./, 'time_embedding.linear_2.'],
  [/^middle_block\.resnet_1\./, 'mid_block.resnets.0.'],
  [/^middle_block\.resnet_2\./, 'mid_block.resnets.1.'],
  [/^middle_block\.attention\./, 'mid_block.attentions.0.'],
  [/^out\.0\./, 'conv_norm_out.'],
  [/^out\.2\./, 'conv_out.'],
  [/\.skip_connection\./, '.conv_shortcut.'],
  [/\.downsampler\.op\./, '.downsamplers.0.conv.'],
  [/\.downsampler\./, '.downsamplers.0.'],
  [/\.upsampler\.(postconv|conv)\.conv\./, '.upsamplers.0.conv.'],
  [/\.upsampler\./, '.upsamplers.0.'],
  [/(\battentions\.\d+)\.norm\./, '$1.group_norm.'],
  [/(\battentions\.\d+)\.attn\./, '$1.'],
  [/(\battentions\.\d+)\.(out_proj|proj_attn)\./, '$1.to_out.0.'],
  // MONAI wraps every convolution.
  [/^conv_in\.conv\./, 'conv_in.'],
  [/^conv_out\.conv\./, 'conv_out.'],
  [/\.(conv1|conv2|conv_shortcut)\.conv\./, '.$1.'],
  [/\.downsamplers\.0\.conv\.conv\./, '.downsamplers.0.conv.'],
];

/** The tensors under diffusers' names. */
export const tensorsOfMonai = (tensors: ReadonlyMap<string, SafetensorsEntry>): Map<string, SafetensorsEntry> =>
  renamed(tensors, (given) => NAMES.reduce((text, [part, becomes]) => text.replace(part, becomes), given));

const COMBINED = /^(.*\battentions\.\d+)\.qkv\.(weight|bias)$/;

/** The tensors under other names. Queries, keys and values that lie in one matrix become three. */
export function renamed(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  nameOf: (given: string) => string,
): Map<string, SafetensorsEntry> {
  const found = new Map<string, SafetensorsEntry>();
  for (const [given, entry] of tensors) {
    const name = nameOf(given);
    const [, attention, kind] = COMBINED.exec(name) ?? [];
    if (attention === undefined || !(entry.data instanceof Float32Array) || entry.shape[0]! % 3 !== 0) {
      found.set(name, entry);
      continue;
    }
    const shape = [entry.shape[0]! / 3, ...entry.shape.slice(1)];
    const size = sizeOf(shape);
    for (const [i, part] of ['to_q', 'to_k', 'to_v'].entries()) {
      found.set(`${attention}.${part}.${kind}`, { shape, data: entry.data.slice(i * size, (i + 1) * size) });
    }
  }
  return found;
}
