/**
 * Methods that are written in sigma space, as rows for a model that keeps the variance. There the picture is
 * X = x sqrt(1 + sigma^2) = x0 + sigma z, and the slope of the probability flow is dX / dsigma = (X - x0) / sigma.
 *
 * Source: Karras et al. 2022; the names up and down are those of k-diffusion.
 */
import type { SchedulerConfig } from '../../schedule/config.ts';
import { predictionAt } from '../../schedule/prediction.ts';
import type { Grid } from './grid.ts';
import type { AuxiliaryRow, SamplerRow } from './record.ts';

/** x / X: the share of the image in the model's picture at a noise level. */
export const signalAt = (sigma: number): number => 1 / Math.sqrt(1 + sigma * sigma);

/** A row that goes from one noise level to another. X' is a sum of what is given here; what is left out is 0. */
export interface SigmaRow {
  timestep: number;
  /** The noise level of x, at which the network is asked. */
  sigma: number;
  /** The noise level of x'. */
  next: number;
  /** x' / X', the share of the image in x'. It is `signalAt(next)` when left out. */
  there?: number;
  /** X' of X */
  X?: number;
  /** X' of x0 */
  x0?: number;
  /** X' of x0_prev */
  previous?: number;
  /** x' of y */
  F?: number;
  /** X' of fresh noise */
  z?: number;
  y?: AuxiliaryRow | undefined;
}

export function sigmaRow(
  { prediction_type }: Pick<SchedulerConfig, 'prediction_type'>,
  { timestep, sigma, next, there = signalAt(next), X = 0, x0 = 0, previous = 0, F = 0, z = 0, y }: SigmaRow,
): SamplerRow {
  const here = signalAt(sigma);
  const { p, q } = predictionAt(prediction_type, here * here);
  const level = { signal: here, noise: sigma * here };
  return {
    timestep,
    ...level,
    p,
    q,
    A: (there / here) * X,
    E: 0,
    B: there * x0,
    C: there * previous,
    F,
    D: there * z,
    y,
  };
}

/** One step of Euler's method along the slope at `from`: X' = (to / from) X + (1 - to / from) x0. */
export function eulerStep(from: number, to: number): { X: number; x0: number } {
  return { X: to / from, x0: 1 - to / from };
}

/** A step down to `to` in two parts: along the flow to `down`, and back up by noise of deviation `up`. */
export function ancestralStep(from: number, to: number): { down: number; up: number } {
  const up = (to / from) * Math.sqrt(from * from - to * to);
  return { down: (to * to) / from, up };
}

/** diffusers starts with noise of deviation sigma for some spacings, for others with all the variance of X. */
export function startOf({ timestep_spacing }: SchedulerConfig, { sigmas }: Grid): number {
  const sigma = sigmas[0]!;
  return timestep_spacing === 'leading' ? 1 : sigma * signalAt(sigma);
}
