/** The options of a sampling request, in every runtime. Samplers' own options (`eta`) are in `SAMPLER_OPTIONS`. */
import type { ImageSeed } from '../noise/seeds.ts';
import type { SamplerName, SamplerSettings } from '../sampling/methods/samplers.ts';
import type { ConditionImages } from './condition-image.ts';
import type { ConditionValues } from './conditions.ts';

export interface PictureOptions extends SamplerSettings {
  /** Images. Default: as many as `seeds`, else 1. */
  count?: number | undefined;
  /** Image i has the seed `seed + i`; 0 to 2^53 - 1. Default: 0. */
  seed?: number | undefined;
  /** One seed per image, or a mix of two, instead of `seed`. */
  seeds?: readonly ImageSeed[] | undefined;
  /** From the picture of one seed to that of another in `count` images, both ends among them; instead of `seed`. */
  interpolate?: readonly [number, number] | undefined;
  /** `count` images near the one of this seed; instead of `seed`. */
  variations?: number | undefined;
  /** How far from that seed, 0 (the same picture) to 1 (others). Default: 0.3. */
  variation?: number | undefined;
  /**
   * The noise to start from, [N, C, H, W] of mean 0 and deviation 1, as pipelines of diffusers take it; with `from`, the noise that
   * those pictures are mixed with. Default: that of the seeds, from which the noise of later steps comes in either case. Where neither
   * `count` nor `seeds` are given, as many pictures are made. Not with `interpolate` or `variations`.
   */
  latents?: Float32Array | undefined;
  /** Whether the result has `latents`, the noise that its pictures started from, given or of the seeds. Default: false. */
  returnLatents?: boolean | undefined;
  /** A picture to start from, in [-1, 1]: [C, H, W] for all images, or [N, C, H, W]. Not with `interpolate`. */
  from?: Float32Array | undefined;
  /**
   * How much of it to paint anew, above 0 to 1: of n steps the last floor(n strength) are made, at least 1. Default: 0.6;
   * with a mask 1, from noise alone.
   */
  strength?: number | undefined;
  /** [H, W] in 0..1: 1 is painted anew, 0 keeps the pixels of `from` exactly, between is a blend. */
  mask?: Float32Array | undefined;
  /** With a mask: how often to make each step, so that what is painted fits what is kept; 1 to 100. Default: 1. */
  resamples?: number | undefined;
  /** 1 to the T of the schedule; a sampler of two calls makes nearly twice as many. Default: `usualSteps`. */
  steps?: number | undefined;
  /** Default: `DEFAULT_SAMPLER`. */
  sampler?: SamplerName | undefined;
  /**
   * Classes of a conditional model by number or name (see `labelNumber`), used in turn; at most `count`. Default: all
   * classes in turn. With `variations` one class, and with `interpolate` one, or two for the first and the second half;
   * neither has a default where there are several classes.
   */
  labels?: readonly (number | string)[] | undefined;
  /**
   * Values of the model's conditions by name, used in turn; each from the condition's `min` to its `max`. What is left
   * out is absent, which only a model that was also trained without takes. With `variations` and `interpolate` one value.
   */
  conditions?: ConditionValues | undefined;
  /**
   * Masks or pictures for a model that is told them, used in turn; at most `count`, which is their number where neither it nor `seeds`
   * are given. Masks are class numbers, Uint8Array [H, W] or [N, H, W]; pictures Float32Array [K, H, W] or [N, K, H, W] in [-1, 1].
   * With `variations` and `interpolate` one.
   */
  conditionImages?: ConditionImages | undefined;
  /**
   * Scale of classifier-free guidance, 0 to 20; 1: none. A model that was always told its condition in training takes
   * only 1. Default: `DEFAULT_GUIDANCE`, or 1 for such a model.
   */
  guidance?: number | undefined;
  /** The timesteps that are guided, from the first to the second, in 0 to T - 1. Default: all. */
  guidanceInterval?: readonly [low: number, high: number] | undefined;
}
