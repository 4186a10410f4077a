/**
 * A model whose network draws latents, which an autoencoder turns into pictures: what vae/config.json says of it, and the scale between
 * the latents of the network and those of the autoencoder.
 *
 * Source: Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models" (arXiv 2112.10752).
 */
import { InputError, refuse } from '../rules/errors.ts';
import { check, integer, nullable, number, oneOf, type Rule, rule, worded } from '../rules/rule.ts';
import type { ConditionImage } from './condition-image.ts';
import { type ImageShape, MOST_CHANNELS } from './pixels.ts';
import type { Extent } from './size.ts';

/** Ports of an autoencoder's two graphs, as Optimum names them: `latent_parameters` are means, then logarithms of variances. */
export const HALVES = {
  encoder: { input: 'sample', output: 'latent_parameters' },
  decoder: { input: 'latent_sample', output: 'sample' },
} as const;

/** The least logarithm of a variance, as diffusers bounds it. Latents of a class that has none have it everywhere, and are their means. */
export const NO_VARIANCE = -30;

/** What tells the facts about a class of diffusers. */
interface AutoencoderClass {
  /** Keys of the latents' channels, the first that is there counts, and how many there are without. */
  latents: readonly [keys: readonly string[], count: number];
  /** `scaling_factor` where the file does not say it. */
  scaling: number;
}

const CLASSES: Readonly<Record<string, AutoencoderClass>> = {
  AutoencoderKL: { latents: [['latent_channels'], 4], scaling: 0.18215 },
  // A file of 2022 has no scale, and the network of its latents learnt them as they are.
  VQModel: { latents: [['vq_embed_dim', 'latent_channels'], 3], scaling: 1 },
};

/** The classes of diffusers that a model folder may have as `vae`. */
export const AUTOENCODER_CLASS = worded(
  `${Object.keys(CLASSES).join(' or ')} (for AutoencoderTiny take the autoencoder whose latents it learnt)`,
  oneOf(Object.keys(CLASSES)),
);

export interface AutoencoderFacts {
  /** Channels of its pictures, and of its latents. */
  channels: number;
  latentChannels: number;
  /** Pixels across and down that become one place of the latents. */
  stride: number;
  /** The network draws (latent - shift) scaling, as diffusers has it. */
  scaling: number;
  shift: number;
}

/** Of a model folder, where there is one. */
export interface DecodedFacts extends AutoencoderFacts {
  /** [C, H, W] of the pictures. */
  shape: ImageShape;
}

const COUNT = worded('a positive integer', integer(1));
const WIDTHS: Rule<unknown[]> = rule(
  'a list with a width for each level',
  (value) => Array.isArray(value) && value.length > 0,
);

/** @param file of the messages @throws InputError for what no autoencoder of this kind has */
export function readAutoencoderFacts(
  action: string,
  json: Readonly<Record<string, unknown>>,
  file: string,
): AutoencoderFacts {
  const read = <T>(name: string, rule: Rule<T>, value: unknown = json[name]) =>
    check(action, `${name} of ${file}`, rule, value);
  const { latents, scaling } = CLASSES[read('_class_name', AUTOENCODER_CLASS)]!;
  const channels = read('out_channels', integer(1, MOST_CHANNELS), json.out_channels ?? 3);
  const halvings = read('block_out_channels', WIDTHS, json.block_out_channels ?? [1]).length - 1;
  const [keys, usual] = latents;
  const key = keys.find((name) => (json[name] ?? null) !== null) ?? keys[0]!;
  const patch = read('patch_size', COUNT, json.patch_size ?? 1);
  for (const name of ['latents_mean', 'latents_std']) {
    if ((json[name] ?? null) !== null)
      refuse(action, `${name} of ${file}`, 'null, one scale for all channels', json[name]);
  }
  return {
    channels,
    latentChannels: read(key, COUNT, json[key] ?? usual),
    stride: patch * 2 ** halvings,
    scaling: read('scaling_factor', number({ above: 0 }), json.scaling_factor ?? scaling),
    shift: read('shift_factor', nullable(number()), json.shift_factor ?? null) ?? 0,
  };
}

/**
 * The same of a model folder.
 * @param shape [Z, h, w] of what its network draws
 * @throws InputError where the network does not draw this autoencoder's latents
 */
export function decodedFacts(
  action: string,
  facts: AutoencoderFacts,
  [latents, height, width]: ImageShape,
): DecodedFacts {
  const { channels, latentChannels, stride } = facts;
  if (latents !== latentChannels) {
    throw new InputError(
      `Cannot ${action}: the network must draw the ${latentChannels} channels of the autoencoder's latents, it draws ${latents}.`,
    );
  }
  return { ...facts, shape: [channels, height * stride, width * stride] };
}

/** The mask or picture that a user gives for each picture: as large as this, where the network is told it as large as latents. */
export function toldInPictures({
  conditionImage,
  autoencoder,
}: {
  conditionImage?: ConditionImage | undefined;
  autoencoder?: DecodedFacts | undefined;
}): ConditionImage | undefined {
  if (!conditionImage || !autoencoder) return conditionImage;
  const [planes] = conditionImage.shape;
  const [, height, width] = autoencoder.shape;
  return { ...conditionImage, shape: [planes, height, width] };
}

/** Planes for latents: the means of `stride` x `stride` pixels, [N, H, W] to [N, H / stride, W / stride] of any N. */
export function meanPlanes(planes: Float32Array, { width, height }: Extent, stride: number): Float32Array<ArrayBuffer> {
  const [w, h] = [width / stride, height / stride];
  const out = new Float32Array(planes.length / stride ** 2);
  for (let i = 0; i < planes.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const plane = Math.floor(i / (width * height));
    out[(plane * h + Math.floor(y / stride)) * w + Math.floor(x / stride)]! += planes[i]! / stride ** 2;
  }
  return out;
}

/** A mask of pictures [H, W] for their latents, [h, w]: painted anew where any of it is. */
export function maskOfLatents(
  mask: Float32Array,
  { stride, shape: [, height, width] }: DecodedFacts,
): Float32Array<ArrayBuffer> {
  const [h, w] = [height / stride, width / stride];
  const out = new Float32Array(h * w);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = Math.floor(y / stride) * w + Math.floor(x / stride);
      out[at] = Math.max(out[at]!, mask[y * width + x]!);
    }
  }
  return out;
}

/** Of what a network draws, what its decoder takes. @returns a new array */
export const unscaled = (drawn: Float32Array, { scaling, shift }: Pick<AutoencoderFacts, 'scaling' | 'shift'>) =>
  drawn.map((value) => value / scaling + shift);

/** The other way. */
export const scaled = (latents: Float32Array, { scaling, shift }: Pick<AutoencoderFacts, 'scaling' | 'shift'>) =>
  latents.map((value) => (value - shift) * scaling);
