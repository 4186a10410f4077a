/**
 * A sampler as data: one record holds all that the rest of the project knows about it, and makes the rows of its table.
 */
import type { SchedulerConfig } from '../schedule/config.ts';
import type { Schedule } from '../schedule/schedules.ts';

/** One network call, and what is made of it; the head of `table.ts` has the formula. */
export interface SamplerRow {
  /** The network's input, 0 to T - 1; not always an integer. */
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
  /** x' of y (what a row before left there) */
  F: number;
  /** x' of fresh noise; 0: none is drawn */
  D: number;
  /** What y becomes; undefined: y stays as it is. */
  y: AuxiliaryRow | undefined;
}

/** The auxiliary picture y after a row, of what x, o, x0, x0_prev and y were before it. */
export interface AuxiliaryRow {
  /** y' of x */
  a: number;
  /** y' of o */
  e: number;
  /** y' of x0 */
  b: number;
  /** y' of x0_prev */
  c: number;
  /** y' of y */
  f: number;
}

/** A sampler's option besides its steps, a number. Samplers with the same option share one object. */
export interface SamplerOption {
  /** For pages: `Eta`. */
  label: string;
  /** For the command line and the server: one phrase that also names the ends of the range. */
  describe: string;
  default: number;
  min: number;
  max: number;
}

export interface SamplerRecord<Name extends string = string, Option extends string = string> {
  /** The name in requests: `ddim`. */
  name: Name;
  /** The name in pages and sentences: `DDIM`. */
  label: string;
  /** One or two sentences below the choice of the sampler. */
  hint: string;
  options: { readonly [K in Option]: SamplerOption };
  /** Rows from noise to image; `steps` is an integer from 1 to T, and every option is in its range. */
  rows(
    config: SchedulerConfig,
    schedule: Schedule,
    steps: number,
    options: { readonly [K in Option]: number },
  ): SamplerRow[];
}
