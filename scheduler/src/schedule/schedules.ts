/**
 * Noise schedules: how much noise is added at each of the T timesteps.
 *
 * betas are rounded to float32 once, as PyTorch holds them, so that a schedule is the same numbers in diffusers and on
 * every engine whatever its cos and exp; everything derived from them is float64.
 *
 * Sources: Ho et al. 2020 (linear), Rombach et al. 2022 (scaled_linear), Nichol & Dhariwal 2021 (the cosines),
 * Xu et al. 2022, GeoDiff (sigmoid), Lin et al. 2023, algorithm 1 (zero terminal SNR).
 */

import { refuse } from '../rules/errors.ts';
import type { SchedulerConfig } from './config.ts';

/** Tables of the forward process; index t = 0 is the first noising step, T - 1 the last. Each [T]. */
export interface Schedule {
  /** Number of timesteps. */
  readonly T: number;
  /** Variance added at step t; in (0, 1], never falling for the named schedules. */
  readonly beta: Float64Array;
  /** 1 - beta. */
  readonly alpha: Float64Array;
  /** Share of the image's variance left after step t: the product of alpha up to and with t. Falls. */
  readonly alphaBar: Float64Array;
  /** Signal to noise, alphaBar / (1 - alphaBar). Falls. */
  readonly snr: Float64Array;
}

/**
 * The tables of a configuration.
 *
 * @throws InputError on betas so large that the image is gone before the last timestep, or so small that the first adds
 * nothing: either would divide by 0.
 */
export function makeSchedule(config: SchedulerConfig): Schedule {
  const T = config.num_train_timesteps;
  let beta = config.trained_betas ? Float64Array.from(config.trained_betas, Math.fround) : namedBetas(config);
  if (config.rescale_betas_zero_snr) beta = rescaleToZeroSnr(beta);
  const alpha = beta.map((b) => 1 - b);
  const alphaBar = cumulativeProduct(alpha);
  if (alphaBar[0] === 1) refuse('make the schedule', 'the first beta', 'at least 2e-16', beta[0]);
  const gone = alphaBar.indexOf(0);
  if (gone >= 0 && gone < T - 1) refuse('make the schedule', 'alphaBar', 'above 0 before the last timestep', 0);
  const snr = alphaBar.map((a) => a / (1 - a));
  return { T, beta, alpha, alphaBar, snr };
}

type NamedSchedule = Pick<SchedulerConfig, 'num_train_timesteps' | 'beta_start' | 'beta_end' | 'beta_schedule'>;

/** beta of the schedule by name, [T] float32 numbers. */
export function namedBetas({
  num_train_timesteps: T,
  beta_start,
  beta_end,
  beta_schedule,
}: NamedSchedule): Float64Array {
  switch (beta_schedule) {
    case 'linear':
      return betas(T, (t) => linspace(beta_start, beta_end, T, t));
    case 'scaled_linear': // linear in the square root
      return betas(T, (t) => linspace(Math.sqrt(beta_start), Math.sqrt(beta_end), T, t) ** 2);
    case 'sigmoid':
      return betas(T, (t) => (beta_end - beta_start) / (1 + Math.exp(-linspace(-6, 6, T, t))) + beta_start);
    case 'squaredcos_cap_v2':
      return betas(T, (t) => Math.min(1 - cosineAlphaBar((t + 1) / T) / cosineAlphaBar(t / T), 0.999));
    case 'cosine': // the tutorial's: the same curve, clipped on both sides
      return betas(T, (t) =>
        Math.min(Math.max(1 - cosineAlphaBar((t + 1) / T) / cosineAlphaBar(t / T), 0.0001), 0.9999),
      );
  }
}

/** alphaBar as a function of time in [0, 1], up to a factor. Nichol & Dhariwal 2021, equation 17, s = 0.008. */
function cosineAlphaBar(time: number): number {
  return Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
}

/** Shifts and scales sqrt(alphaBar) so that its last value is 0 and its first is kept. Lin et al. 2023, algorithm 1. */
function rescaleToZeroSnr(beta: Float64Array): Float64Array {
  const root = cumulativeProduct(beta.map((b) => 1 - b)).map(Math.sqrt);
  const first = root[0]!;
  const last = root[root.length - 1]!;
  if (first === last) return beta.fill(1); // T = 1: one step to pure noise
  const alphaBar = root.map((r) => (((r - last) * first) / (first - last)) ** 2);
  return betas(beta.length, (t) => 1 - (t === 0 ? alphaBar[0]! : alphaBar[t]! / alphaBar[t - 1]!));
}

function betas(T: number, betaOf: (t: number) => number): Float64Array {
  return Float64Array.from({ length: T }, (_, t) => Math.fround(betaOf(t)));
}

function linspace(first: number, last: number, count: number, i: number): number {
  return count === 1 ? first : first + ((last - first) * i) / (count - 1);
}

function cumulativeProduct(values: Float64Array): Float64Array {
  let product = 1;
  return values.map((value) => (product *= value));
}
