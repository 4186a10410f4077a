/** What to ask of a sampler, in every runtime. Samplers' own options (`eta`) are those of `SAMPLER_OPTIONS`. */
import type { Sampler, SamplerSettings } from '../sampling/samplers.ts';

export interface PictureOptions extends SamplerSettings {
  /** Images. Default: as many as `seeds`, else 1. */
  count?: number | undefined;
  /** Image i has the seed `seed + i`; 0 to 2^53 - 1. Default: 0. */
  seed?: number | undefined;
  /** One seed an image, instead of `seed`. */
  seeds?: readonly number[] | undefined;
  /** Network calls an image, 1 to the T of the schedule. Default: 50, or T if that is less. */
  steps?: number | undefined;
  /** Default: `ddim`. */
  sampler?: Sampler | undefined;
  /**
   * Classes of a conditional model by number or name (see `labelNumbers`), used in turn; at most `count`. Default: all
   * classes in turn.
   */
  labels?: readonly (number | string)[] | undefined;
}
