/**
 * A sampler as data: one record holds all that the rest of the project knows about it, and makes the rows of its table.
 */
import type { SchedulerClassName } from '../../schedule/classes.ts';
import type { SchedulerConfig } from '../../schedule/config.ts';
import type { Schedule } from '../../schedule/schedules.ts';

/** One network call, and what is made of it; the head of `table.ts` has the formula. */
export interface SamplerRow {
  /** The network's input, 0 to `lastTimestep`; not always an integer. */
  timestep: number;
  /** The noise level of x, at which the network is asked: x is `signal` times an image and `noise` times unit noise. */
  signal: number;
  noise: number;
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

/** What samplers take besides their steps. Samplers that take the same option share one object. */
export type SamplerOption = NumberOption | ChoiceOption;

interface OptionWords {
  /** For pages: `Eta`. */
  label: string;
  /** For the command line and the server: one phrase; that of a number also names the ends of its range. */
  describe: string;
}

export interface NumberOption extends OptionWords {
  default: number;
  min: number;
  max: number;
}

export interface ChoiceOption<Choice extends string = string> extends OptionWords {
  default: Choice;
  choices: readonly Choice[];
}

/** The values that an option has. */
export type OptionValue<O> = O extends ChoiceOption<infer Choice> ? Choice : number;

/** Keys of `scheduler_config.json` that name a solver among those of a class. */
export interface ClassIdentity {
  settings: { readonly [option: string]: string | number };
  keys: Readonly<Record<string, unknown>>;
}

export interface SamplerRecord<
  Name extends string = string,
  Options extends { readonly [option: string]: SamplerOption } = { readonly [option: string]: SamplerOption },
> {
  /** As requests write it: `ddim`. */
  name: Name;
  /** The name in pages and sentences: `DDIM`. */
  label: string;
  /** One or two sentences below the choice of the sampler. */
  hint: string;
  /** The class of diffusers that has this arithmetic; null: none has. */
  diffusers: SchedulerClassName | null;
  /** The same for a model of flow matching; false: the sampler is not defined for one. */
  line: SchedulerClassName | null | false;
  /** Which solver of the class it is, for each of its choices that the class has too; at least one. */
  identities: readonly ClassIdentity[];
  /** The error of `steps` steps falls as steps^-order; with fresh noise that of mean and variance. */
  order: 1 | 2 | 3;
  /** Network calls per step; a method of two calls makes only one in the step that ends without noise. */
  calls: 1 | 2;
  /** Whether it draws fresh noise at its defaults. */
  noise: boolean;
  options: Options;
  /**
   * `steps` is an integer from 1 to T, every option one of its values. `before` says how many steps a step can look back
   * on: those that ran right before it, fewer than its index where sampling starts from a picture or goes back.
   */
  compile(
    config: SchedulerConfig,
    schedule: Schedule,
    steps: number,
    options: { readonly [K in keyof Options]: OptionValue<Options[K]> },
    before: (step: number) => number,
  ): CompiledRows;
}

/** Rows in the order of sampling, and the factor of the noise that it starts from. */
interface CompiledRows {
  start: number;
  rows: SamplerRow[];
}
