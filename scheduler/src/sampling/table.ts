/**
 * A sampler is a table with one memory, a row per network call. It is compiled once, in float64; runtimes only execute it
 *
 *     x0 = clip(p x + q o)        x' = A x + E o + B x0 + C x0_prev + F y + D z
 *                                 y' = a x + e o + b x0 + c x0_prev + f y
 *
 * where x is the noisy image, o the network's output for it, x0_prev the previous row's x0, y one auxiliary picture and z
 * fresh unit noise. Sampling starts from x = start z and y = 0. Methods that call the network twice per step, or that
 * look back further than one row, keep in y what they know already.
 */

import { refuse } from '../rules/errors.ts';
import { check, checkInteger, oneOf } from '../rules/rule.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import { makeSchedule } from '../schedule/schedules.ts';
import type { SamplerRow } from './record.ts';
import {
  eachSamplerOption,
  optionRule,
  optionsOfSampler,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerSettings,
  samplerRecord,
} from './samplers.ts';

export interface SamplerTable {
  sampler: SamplerName;
  /** As asked for; there may be more rows. */
  steps: number;
  /** x0 is clipped to [-clip, clip]; null: no clipping. */
  clip: number | null;
  /** The factor of the noise that sampling starts from. */
  start: number;
  /** In the order of sampling, one per network call. */
  rows: SamplerRow[];
}

/** Whether a table needs the auxiliary picture y; a runtime keeps none where it does not. */
export const needsAuxiliary = ({ rows }: Pick<SamplerTable, 'rows'>): boolean =>
  rows.some(({ F, y }) => F !== 0 || y !== undefined);

/** The sampler, its steps, and its own options (`eta`, `spacing`). */
export interface SamplerOptions extends SamplerSettings {
  sampler: SamplerName;
  /** 1 to num_train_timesteps: what diffusers calls num_inference_steps. Heun calls the network twice for most. */
  steps: number;
}

const ACTION = 'compile the sampler';

/**
 * Compiles a sampler, with the arithmetic of diffusers' scheduler of that name.
 *
 * @throws InputError if the sampler, its steps or its options do not fit, or if the schedule ends in pure noise and the
 * network predicts the noise.
 */
export function compileSampler(config: SchedulerConfig, options: SamplerOptions): SamplerTable {
  const { sampler, steps } = options;
  check(ACTION, 'sampler', oneOf(SAMPLER_NAMES), sampler);
  checkInteger(ACTION, 'steps', steps, 1, config.num_train_timesteps);
  const settings = completeSettings(sampler, options);
  const { start, rows } = samplerRecord(sampler).compile(config, makeSchedule(config), steps, settings);
  return { sampler, steps, clip: config.clip_sample ? config.clip_sample_range : null, start, rows };
}

function completeSettings(sampler: SamplerName, options: SamplerSettings) {
  const taken = optionsOfSampler(sampler);
  return eachSamplerOption((name, option) => {
    const value = check(ACTION, name, optionRule(option), options[name] ?? option.default);
    if (!taken.includes(name) && value !== option.default) {
      refuse(ACTION, name, `left out or ${option.default} with sampler ${sampler}`, value);
    }
    return value;
  });
}
