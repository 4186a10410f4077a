/**
 * A sampler is a table: seven scalars and a timestep a step. It is compiled once, in float64; runtimes only execute it
 *
 *     x0 = clip(p x + q o)        x' = A x + E o + B x0 + C x0_prev + D z
 *
 * where x is the noisy image, o the network's output for it, x0_prev the step before's x0 and z fresh unit noise.
 */

import { checkInteger, refuse } from '../rules/errors.ts';
import type { SchedulerConfig } from '../schedule/config.ts';
import { makeSchedule } from '../schedule/schedules.ts';
import { ddimRows } from './ddim.ts';
import { ddpmRows } from './ddpm.ts';

export const SAMPLERS = ['ddpm', 'ddim'] as const;
export type Sampler = (typeof SAMPLERS)[number];

/** One step. `timestep` is what the network is told, 0 to T - 1. */
export interface SamplerRow {
  timestep: number;
  /** x0 of x */
  p: number;
  /** x0 of o */
  q: number;
  /** x' of x */
  A: number;
  /** x' of o (DDIM keeps the epsilon of the x0 before clipping) */
  E: number;
  /** x' of x0 */
  B: number;
  /** x' of the step before's x0 (multistep samplers) */
  C: number;
  /** x' of fresh noise; 0: none is drawn */
  D: number;
}

export interface SamplerTable {
  sampler: Sampler;
  steps: number;
  /** x0 is clipped to [-clip, clip]; null: it is not. */
  clip: number | null;
  /** In the order of sampling, from noise to image; `steps` of them. */
  rows: SamplerRow[];
}

export interface SamplerOptions {
  sampler: Sampler;
  /** 1 to num_train_timesteps. */
  steps: number;
  /** DDIM's noise, 0 (deterministic) to 1 (DDPM's variance). Default 0. DDPM has none. */
  eta?: number | undefined;
}

/**
 * Compiles a sampler, with the arithmetic of diffusers' scheduler of that name.
 *
 * @throws InputError when sampler, steps or eta do not fit, or the schedule ends in pure noise and the network predicts it.
 */
export function compileSampler(config: SchedulerConfig, options: SamplerOptions): SamplerTable {
  const { sampler, steps, eta = 0 } = options;
  if (!SAMPLERS.includes(sampler)) refuse('compile the sampler', 'sampler', `one of ${SAMPLERS.join(', ')}`, sampler);
  checkInteger('compile the sampler', 'steps', steps, 1, config.num_train_timesteps);
  if (!(eta >= 0 && eta <= 1)) refuse('compile the sampler', 'eta', 'a number from 0 to 1', eta);
  if (sampler === 'ddpm' && eta !== 0) refuse('compile the sampler', 'eta', 'left out or 0 with sampler ddpm', eta);
  const schedule = makeSchedule(config);
  const rows = sampler === 'ddpm' ? ddpmRows(config, schedule, steps) : ddimRows(config, schedule, steps, eta);
  return { sampler, steps, clip: config.clip_sample ? config.clip_sample_range : null, rows };
}
