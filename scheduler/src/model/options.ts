/** What to ask of a sampler, in every runtime. */
import type { Sampler } from '../sampling/table.ts';

export interface PictureOptions {
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
  /** DDIM's noise, 0 (none) to 1 (as much as DDPM). Default: 0. */
  eta?: number | undefined;
  /**
   * Classes of a conditional model by number or name (see `labelNumber`), used in turn; at most `count`. Default: all
   * classes in turn.
   */
  labels?: readonly (number | string)[] | undefined;
}
