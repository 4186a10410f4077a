/**
 * MONAI's `AutoencoderKL` in two dimensions as the one here: its configuration, and its tensors under diffusers' names.
 *
 * | MONAI                                       | here                                                               |
 * |---------------------------------------------|--------------------------------------------------------------------|
 * | `channels` (MONAI Generative: `num_channels`) | `block_out_channels`                                             |
 * | `attention_levels`                          | `down_block_types`, `up_block_types`                               |
 * | `num_res_blocks`                            | `layers_per_block`, and as many in the decoder, where diffusers has one more |
 * | `with_encoder_nonlocal_attn`, `with_decoder_nonlocal_attn` | `encoder_mid_block`, `decoder_mid_block`            |
 * | `encoder.blocks`, `decoder.blocks`: one list | levels and their layers                                           |
 * | no activation before the last convolutions  | `conv_act: false`                                                  |
 * | `quant_conv_mu`, `quant_conv_log_sigma` after the encoder | part of the encoder's last convolution, for both say one after the other |
 *
 * Limits: two dimensions; no `use_convtranspose`; no scale of latents, which MONAI measures in each training anew.
 * Source: `monai/networks/nets/autoencoderkl.py` of MONAI 1.6.1, and its `load_old_state_dict`.
 */
import { refuse } from '@onnoise/scheduler/rules';
import type { SafetensorsEntry } from '@onnoise/training/folder';
import { checkKeys, renamed, single } from './monai.ts';

/** Whether a config is of MONAI, whose class is called as diffusers'. */
export const isMonaiAutoencoder = (given: Readonly<Record<string, unknown>>): boolean =>
  ('_target_' in given || 'spatial_dims' in given) &&
  [given._target_, given._class_name].some((name) => typeof name === 'string' && /(^|\.)AutoencoderKL$/.test(name));

/** The arguments of the class; `sample_size` and `scaling_factor` are ours. */
const KNOWN: readonly string[] = [
  ...['_target_', '_class_name', 'spatial_dims', 'in_channels', 'out_channels', 'num_res_blocks', 'channels'],
  ...['num_channels', 'attention_levels', 'latent_channels', 'norm_num_groups', 'norm_eps', 'use_checkpoint'],
  ...['with_encoder_nonlocal_attn', 'with_decoder_nonlocal_attn', 'use_checkpointing', 'use_convtranspose'],
  ...['include_fc', 'use_combined_linear', 'use_flash_attention', 'sample_size', 'scaling_factor'],
];

const EPSILON = 1e-6;

/** The config of the same `AutoencoderKL`. @throws InputError for what that cannot be. */
export function configOfMonaiAutoencoder(
  given: Readonly<Record<string, unknown>>,
  from: string,
): Record<string, unknown> {
  const action = `import ${from}`;
  checkKeys(action, given, KNOWN);
  if ((given.spatial_dims ?? 2) !== 2) refuse(action, 'spatial_dims', '2', given.spatial_dims);
  if (given.use_convtranspose) refuse(action, 'use_convtranspose', 'false: another way to double the sides', true);
  if (given.include_fc === false) refuse(action, 'include_fc', 'true', false);
  const { norm_eps: epsilon = EPSILON } = given;
  if (epsilon !== EPSILON) refuse(action, 'norm_eps', `${EPSILON}, as diffusers has it`, epsilon);
  const channels = given.channels ?? given.num_channels ?? [32, 64, 64, 64];
  const attends = (given.attention_levels ?? [false, false, true, true]) as boolean[];
  const layers = single(action, 'num_res_blocks', given.num_res_blocks ?? 2);
  return {
    _class_name: 'AutoencoderKL',
    sample_size: given.sample_size,
    in_channels: given.in_channels ?? 1,
    out_channels: given.out_channels ?? 1,
    block_out_channels: channels,
    layers_per_block: layers,
    decoder_layers_per_block: layers,
    down_block_types: attends.map((attention) => (attention ? 'AttnDownEncoderBlock2D' : 'DownEncoderBlock2D')),
    up_block_types: attends.map((attention) => (attention ? 'AttnUpDecoderBlock2D' : 'UpDecoderBlock2D')).reverse(),
    latent_channels: given.latent_channels ?? 3,
    norm_num_groups: given.norm_num_groups ?? 32,
    encoder_mid_block: given.with_encoder_nonlocal_attn ?? true,
    decoder_mid_block: given.with_decoder_nonlocal_attn ?? true,
    conv_act: false,
    use_quant_conv: false,
    scaling_factor: given.scaling_factor ?? 1,
  };
}

/** What the order of the blocks depends on, of a config as above once it is read. */
export interface Cut {
  block_out_channels: number[];
  layers_per_block: number;
  decoder_layers_per_block?: number;
  down_block_types: string[];
  encoder_mid_block?: boolean;
  decoder_mid_block?: boolean;
}

/** The tensors under diffusers' names. */
export function tensorsOfMonaiAutoencoder(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  cut: Cut,
): Map<string, SafetensorsEntry> {
  const places = { encoder: encoderPlaces(cut), decoder: decoderPlaces(cut) };
  const named = renamed(tensors, (given) => {
    const [, half, block, rest] = /^(encoder|decoder)\.blocks\.(\d+)\.(.+)$/.exec(given) ?? [];
    const place = half && places[half as keyof typeof places][Number(block)];
    if (!place) return given.replace(/^(post_quant_conv|quant_conv_mu|quant_conv_log_sigma)\.conv\./, '$1.');
    return LAYERS.reduce((text, [part, becomes]) => text.replace(part, becomes), `${half}.${place}.${rest}`);
  });
  return foldMoments(named);
}

/** Of the layers of a block, in turn: MONAI wraps every convolution. */
const LAYERS: readonly (readonly [RegExp, string])[] = [
  [/\.nin_shortcut\./, '.conv_shortcut.'],
  [/\.(conv1|conv2|conv_shortcut|conv_in|conv_out)\.conv\./, '.$1.'],
  [/\.downsamplers\.0\.conv\.conv\./, '.downsamplers.0.conv.'],
  [/\.upsamplers\.0\.(postconv|conv)\.conv\./, '.upsamplers.0.conv.'],
  [/(\battentions\.\d+)\.norm\./, '$1.group_norm.'],
  [/(\battentions\.\d+)\.attn\./, '$1.'],
  [/(\battentions\.\d+)\.(out_proj|proj_attn)\./, '$1.to_out.0.'],
];

const MIDDLE = ['mid_block.resnets.0', 'mid_block.attentions.0', 'mid_block.resnets.1'];
const CLOSING = ['conv_norm_out', 'conv_out'];

/** Where the blocks of the list are in diffusers' halves. */
function encoderPlaces({ down_block_types: types, layers_per_block: layers, encoder_mid_block: mid = true }: Cut) {
  const levels = types.flatMap((type, level) => [
    ...levelPlaces(`down_blocks.${level}`, layers, type.startsWith('Attn')),
    ...(level < types.length - 1 ? [`down_blocks.${level}.downsamplers.0`] : []),
  ]);
  return ['conv_in', ...levels, ...(mid ? MIDDLE : []), ...CLOSING];
}

function decoderPlaces(cut: Cut) {
  const {
    down_block_types: types,
    layers_per_block,
    decoder_layers_per_block: own,
    decoder_mid_block: mid = true,
  } = cut;
  const levels = [...types]
    .reverse()
    .flatMap((type, level) => [
      ...levelPlaces(`up_blocks.${level}`, own ?? layers_per_block + 1, type.startsWith('Attn')),
      ...(level < types.length - 1 ? [`up_blocks.${level}.upsamplers.0`] : []),
    ]);
  return ['conv_in', ...(mid ? MIDDLE : []), ...levels, ...CLOSING];
}

const levelPlaces = (level: string, layers: number, attends: boolean) =>
  Array.from({ length: layers }, (_, i) => [
    `${level}.resnets.${i}`,
    ...(attends ? [`${level}.attentions.${i}`] : []),
  ]).flat();

const LAST = 'encoder.conv_out';
const MOMENTS = ['quant_conv_mu', 'quant_conv_log_sigma'];

/**
 * The last convolution of the encoder, [Z, C, 3, 3], and the two of 1 x 1 after it, [Z, Z, 1, 1], as one of means and logarithms of
 * variances, [2 Z, C, 3, 3]. Tensors that do not fit stay as they are, and are refused as others.
 */
function foldMoments(tensors: Map<string, SafetensorsEntry>): Map<string, SafetensorsEntry> {
  const layers = [LAST, ...MOMENTS].map((layer) => [floats(tensors, layer, 'weight'), floats(tensors, layer, 'bias')]);
  const [last, ...moments] = layers as [Parts, ...Parts[]];
  const [count = 0, ...sides] = last[0]?.shape ?? [];
  const fits = [last, ...moments].every(([weight, bias], i) => {
    const wanted = i === 0 ? [count, ...sides] : [count, count, 1, 1];
    return weight?.shape.join() === wanted.join() && bias?.shape.join() === String(count);
  });
  if (!fits || count === 0) return tensors;
  const size = last[0]!.data.length / count;
  const weight = new Float32Array(2 * count * size);
  const bias = new Float32Array(2 * count);
  for (const [half, [after, afterBias]] of moments.entries()) {
    for (let row = 0; row < count; row++) {
      const at = half * count + row;
      const sums = new Float64Array(size + 1); // the filters, and the bias
      sums[size] = afterBias!.data[row]!;
      for (let k = 0; k < count; k++) {
        const factor = after!.data[row * count + k]!;
        for (let i = 0; i < size; i++) sums[i]! += factor * last[0]!.data[k * size + i]!;
        sums[size]! += factor * last[1]!.data[k]!;
      }
      weight.set(sums.subarray(0, size), at * size);
      bias[at] = sums[size]!;
    }
  }
  const folded = new Map([...tensors].filter(([name]) => !MOMENTS.some((layer) => name.startsWith(`${layer}.`))));
  folded.set(`${LAST}.weight`, { shape: [2 * count, ...sides], data: weight });
  return folded.set(`${LAST}.bias`, { shape: [2 * count], data: bias });
}

type Floats = { shape: number[]; data: Float32Array };
type Parts = [weight: Floats | undefined, bias: Floats | undefined];

function floats(tensors: ReadonlyMap<string, SafetensorsEntry>, layer: string, kind: string): Floats | undefined {
  const entry = tensors.get(`${layer}.${kind}`);
  return entry?.data instanceof Float32Array ? (entry as Floats) : undefined;
}
