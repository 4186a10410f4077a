/**
 * Noise schedules: how much noise is added at each of the T timesteps. Everything derived from the betas is float64.
 *
 * Source: Lin et al. 2023, algorithm 1 (zero terminal SNR).
 */

import { refuse } from '../rules/errors.ts';
import { betas, namedBetas } from './betas.ts';
import type { SchedulerConfig } from './config.ts';
import type { Level } from './prediction.ts';
import { isStraight } from './process.ts';
import { shifted, timeOf } from './straight.ts';

/** Tables of the forward process; index t = 0 is the first noising step, T - 1 the last. Each [T]. */
export interface Schedule {
  /** Number of timesteps. */
  readonly T: number;
  /** Variance added at step t; in (0, 1], and it never decreases in the named schedules. */
  readonly beta: Float64Array;
  /** 1 - beta. */
  readonly alpha: Float64Array;
  /** Share of the image's variance left after step t: the product of alpha up to and including t. It decreases. */
  readonly alphaBar: Float64Array;
  /** Signal to noise, alphaBar / (1 - alphaBar). It decreases. */
  readonly snr: Float64Array;
  /** The level of x_t = signal x_0 + noise epsilon, in [0, 1]. */
  readonly signal: Float64Array;
  readonly noise: Float64Array;
  /** The root of what is left of a variance of 1, sqrt(signal^2 + noise^2): all 1 where it is kept. */
  readonly scale: Float64Array;
  /** What the network is told, for each timestep: its number, or another place in 0..T. */
  readonly times: Float64Array;
}

/** @param t 0 to T - 1 */
export const levelOf = ({ signal, noise }: Pick<Schedule, 'signal' | 'noise'>, t: number): Level => ({
  signal: signal[t]!,
  noise: noise[t]!,
});

/**
 * The tables of a configuration.
 *
 * @throws InputError for betas so large that nothing of the image is left before the last timestep, or for a first beta
 *   so small that it adds nothing: either would divide by 0.
 */
export function makeSchedule(config: SchedulerConfig): Schedule {
  if (isStraight(config)) return straightSchedule(config);
  const T = config.num_train_timesteps;
  let beta = config.trained_betas ? Float64Array.from(config.trained_betas, Math.fround) : namedBetas(config);
  if (config.rescale_betas_zero_snr) beta = rescaleToZeroSnr(beta);
  const alpha = beta.map((b) => 1 - b);
  const alphaBar = cumulativeProduct(alpha);
  if (alphaBar[0] === 1) refuse('make the schedule', 'the first beta', 'at least 2e-16', beta[0]);
  const gone = alphaBar.indexOf(0);
  if (gone >= 0 && gone < T - 1) refuse('make the schedule', 'alphaBar', 'above 0 before the last timestep', 0);
  return {
    T,
    beta,
    alpha,
    alphaBar,
    snr: alphaBar.map((a) => a / (1 - a)),
    signal: alphaBar.map((a) => Math.sqrt(a)),
    noise: alphaBar.map((a) => Math.sqrt(1 - a)),
    scale: new Float64Array(T).fill(1),
    times: Float64Array.from({ length: T }, (_, t) => t),
  };
}

/**
 * The tables that training draws from: timestep t has the noise level (t + 1) / T, shifted. alphaBar, alpha and beta are
 * those of the chain that keeps the variance and has the same signal to noise; `scale` is what it is from there.
 */
function straightSchedule(config: SchedulerConfig): Schedule {
  const { num_train_timesteps: T, shift } = config;
  const noise = Float64Array.from({ length: T }, (_, t) => shifted(shift, (t + 1) / T));
  const signal = noise.map((sigma) => 1 - sigma);
  const scale = noise.map((sigma, t) => Math.hypot(sigma, signal[t]!));
  const alphaBar = signal.map((share, t) => (share / scale[t]!) ** 2);
  const alpha = alphaBar.map((share, t) => share / (alphaBar[t - 1] ?? 1));
  return {
    T,
    beta: alpha.map((left) => 1 - left),
    alpha,
    alphaBar,
    snr: signal.map((share, t) => (share / noise[t]!) ** 2),
    signal,
    noise,
    scale,
    times: noise.map((sigma) => timeOf(config, sigma)),
  };
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

function cumulativeProduct(values: Float64Array): Float64Array {
  let product = 1;
  return values.map((value) => (product *= value));
}
