/** The options of a sampling request, in every runtime. Samplers' own options (`eta`) are in `SAMPLER_OPTIONS`. */
import type { SamplerName, SamplerSettings } from '../sampling/samplers.ts';
import type { ConditionValues } from './conditions.ts';

export interface PictureOptions extends SamplerSettings {
  /** Images. Default: as many as `seeds`, else 1. */
  count?: number | undefined;
  /** Image i has the seed `seed + i`; 0 to 2^53 - 1. Default: 0. */
  seed?: number | undefined;
  /** One seed per image, instead of `seed`. */
  seeds?: readonly number[] | undefined;
  /** 1 to the T of the schedule; a sampler of two calls makes nearly twice as many. Default: `usualSteps`. */
  steps?: number | undefined;
  /** Default: `DEFAULT_SAMPLER`. */
  sampler?: SamplerName | undefined;
  /**
   * Classes of a conditional model by number or name (see `labelNumber`), used in turn; at most `count`. Default: all
   * classes in turn.
   */
  labels?: readonly (number | string)[] | undefined;
  /**
   * Values of the model's conditions by name, used in turn; each from the condition's `min` to its `max`. What is left
   * out is absent, which only a model that was also trained without takes.
   */
  conditions?: ConditionValues | undefined;
  /**
   * Scale of classifier-free guidance, 0 to 20; 1: none. A model that was not trained without its condition takes only
   * 1. Default: `DEFAULT_GUIDANCE`, or 1 for such a model.
   */
  guidance?: number | undefined;
  /** The timesteps that are guided, from the first to the second, in 0 to T - 1. Default: all. */
  guidanceInterval?: readonly [low: number, high: number] | undefined;
}
