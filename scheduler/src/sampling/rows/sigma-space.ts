/**
 * Methods that are written in noise levels, as rows for the model's own picture. `space.ts` says what X and sigma are.
 *
 * Source: Karras et al. 2022; the names up and down are those of k-diffusion.
 */
import type { SchedulerConfig } from '../../schedule/config.ts';
import { type Grid, growthOf } from './grid.ts';
import type { AuxiliaryRow, SamplerRow } from './record.ts';
import type { Space } from './space.ts';

/** A row that goes from one noise level to another. X' is a sum of what is given here; what is left out is 0. */
export interface SigmaRow {
  timestep: number;
  /** The noise level of x, at which the network is asked. */
  sigma: number;
  /** The noise level of x'. */
  next: number;
  /** x' / X'. It is the scale at `next` when left out. */
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
  space: Space,
  { timestep, sigma, next, there = space.scaleAt(next), X = 0, x0 = 0, previous = 0, F = 0, z = 0, y }: SigmaRow,
): SamplerRow {
  const { p, q } = space.predictionAt(sigma);
  return {
    timestep,
    ...space.levelAt(sigma),
    p,
    q,
    A: (there / space.scaleAt(sigma)) * X,
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

/**
 * Step i in two parts: along the flow to the level `down`, and back up by noise of deviation `up`. Where the share of the
 * image changes, both are those of a picture of the next one's share.
 */
export function ancestralStep(grid: Grid, i: number): { down: number; up: number; X: number; x0: number } {
  const [from, to] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
  const growth = growthOf(grid, i);
  const up = (to / from) * Math.sqrt(from * from - to * growth * (to * growth));
  const down = (to * to) / from;
  return { down, up, X: (down / from) * growth, x0: grid.space.shareAt(to) * (1 - (down / from) * growth * growth) };
}

/** diffusers starts with noise of deviation sigma for some spacings, for others with all the variance of X. */
export function startOf({ timestep_spacing }: SchedulerConfig, { sigmas, space }: Grid): number {
  const sigma = sigmas[0]!;
  return timestep_spacing === 'leading' ? 1 : sigma * space.scaleAt(sigma);
}
