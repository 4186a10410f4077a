/**
 * A sampler is a table with one memory, a row per network call. It is compiled once, in float64; runtimes only execute it
 *
 *     x0 = clip(p x + q o)        x' = A x + E o + B x0 + C x0_prev + F y + D z
 *                                 y' = a x + e o + b x0 + c x0_prev + f y
 *
 * where x is the noisy image, o the network's output for it, x0_prev the previous row's x0, y one auxiliary picture and z
 * fresh unit noise. Methods that call the network twice per step, or that look back further than one row, keep in y what
 * they know already.
 *
 * Sampling starts from x = start z + signal picture and y = 0; signal is 0 where it starts from noise alone. A row also
 * has the noise level of its x, at which pixels to keep are put back after the row before: `known.ts`.
 */

import { refuse } from '../rules/errors.ts';
import { check, checkInteger, number, oneOf, worded } from '../rules/rule.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import { isStraight } from '../schedule/process.ts';
import { makeSchedule } from '../schedule/schedules.ts';
import {
  eachSamplerOption,
  LINE_SAMPLERS,
  optionRule,
  optionsOfSampler,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerSettings,
  samplerRecord,
} from './methods/samplers.ts';
import type { SamplerRow } from './rows/record.ts';
import { resampled } from './rows/resample.ts';

export interface SamplerTable {
  sampler: SamplerName;
  /** As asked for. There may be more rows, and fewer where sampling starts from a picture. */
  steps: number;
  /** x0 is clipped to [-clip, clip]; null: no clipping. */
  clip: number | null;
  /** The factor of the noise that sampling starts from. */
  start: number;
  /** The factor of the picture that sampling starts from; 0: it starts from noise alone. */
  signal: number;
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
  /**
   * How much of a picture to paint anew, above 0 to 1: of n steps the last floor(n strength) are made, at least 1, from
   * the picture with their noise. Default: 1, from noise alone.
   */
  strength?: number | undefined;
  /** How often to make each step but the last, 1 to 100: see `resample.ts`. Methods that look back do not, above 1. */
  resamples?: number | undefined;
}

/** How often a step may be made. */
export const MOST_RESAMPLES = 100;

const STRENGTH = worded('a number above 0, at most 1', number({ above: 0, max: 1 }));

const ACTION = 'compile the sampler';

/**
 * Compiles a sampler, with the arithmetic of diffusers' scheduler of that name; where it starts in the middle, with that
 * of `set_begin_index`: methods that look back begin with lower orders.
 *
 * @throws InputError if the sampler, its steps or its options do not fit, or if the schedule ends in pure noise and the
 * network predicts the noise.
 */
export function compileSampler(config: SchedulerConfig, options: SamplerOptions): SamplerTable {
  const { sampler, steps, strength = 1, resamples = 1 } = options;
  check(ACTION, 'sampler', oneOf(SAMPLER_NAMES), sampler);
  checkInteger(ACTION, 'steps', steps, 1, config.num_train_timesteps);
  check(ACTION, 'strength', STRENGTH, strength);
  checkInteger(ACTION, 'resamples', resamples, 1, MOST_RESAMPLES);
  const settings = completeSettings(sampler, options);
  const record = samplerRecord(sampler);
  if (isStraight(config) && record.line === false) {
    refuse(ACTION, 'sampler', `one of ${LINE_SAMPLERS.join(', ')} for a model of flow matching`, sampler);
  }

  const first = steps - Math.max(1, Math.floor(steps * strength));
  const before = (step: number) => (resamples > 1 ? 0 : Math.max(0, step - first));
  const compiled = record.compile(config, makeSchedule(config), steps, settings, before);

  const rows = resampled(compiled.rows.slice(first * record.calls), record.calls, resamples);
  const { signal, noise } = first === 0 ? { signal: 0, noise: compiled.start } : rows[0]!;
  const clip = config.clip_sample ? config.clip_sample_range : null;
  return { sampler, steps, clip, start: noise, signal, rows };
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
