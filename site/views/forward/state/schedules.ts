/**
 * The two schedules the page compares, and their values at a time t.
 *
 * t counts as in the formulas: x_0 is the picture and x_1 has been through one step, so t runs from 0 to T and step t is
 * index t - 1 of the scheduler's tables.
 */
import { closedFormFactors, makeSchedule, parseSchedulerConfig, type Schedule } from '@onnoise/scheduler';
import { checkInteger, refuse } from '@onnoise/scheduler/rules';

export const KINDS = ['linear', 'cosine'] as const;
export type Kind = (typeof KINDS)[number];

/** Bounds and defaults; the defaults are the tutorial's. */
export const T_RANGE = { min: 50, max: 1000, standard: 300 } as const;
export const BETA_START = { min: 0.00001, max: 0.01, standard: 0.0001 } as const;
export const BETA_END = { min: 0.001, max: 0.1, standard: 0.02 } as const;

export interface ScheduleChoice {
  /** Number of timesteps. */
  T: number;
  /** Ends of the linear schedule; the cosine has none. */
  betaStart: number;
  betaEnd: number;
}

export const STANDARD: ScheduleChoice = {
  T: T_RANGE.standard,
  betaStart: BETA_START.standard,
  betaEnd: BETA_END.standard,
};

type SchedulePair = Record<Kind, Schedule>;

/** Both schedules over the same T. @throws InputError for a choice that no schedule fits. */
export function schedulePair({ T, betaStart, betaEnd }: ScheduleChoice): SchedulePair {
  if (betaStart > betaEnd) refuse('make the schedule', 'the first beta', `at most the last, ${betaEnd}`, betaStart);
  const make = (kind: Kind) =>
    makeSchedule(
      parseSchedulerConfig({
        num_train_timesteps: T,
        beta_schedule: kind,
        beta_start: betaStart,
        beta_end: betaEnd,
      }),
    );
  return { linear: make('linear'), cosine: make('cosine') };
}

export interface Values {
  /** Variance added by step t; undefined at t = 0, before any step. So is alpha. */
  beta: number | undefined;
  alpha: number | undefined;
  alphaBar: number;
  /** sqrt(alphaBar), the factor of x_0. */
  signal: number;
  /** sqrt(1 - alphaBar), the factor of epsilon. */
  noise: number;
  /** Infinity at t = 0. */
  snr: number;
}

/** The values of the formulas at time t, 0 to T. */
export function valuesAt(schedule: Schedule, t: number): Values {
  checkInteger('read the schedule', 't', t, 0, schedule.T);
  if (t === 0) return { beta: undefined, alpha: undefined, alphaBar: 1, signal: 1, noise: 0, snr: Infinity };
  const { signal, noise } = closedFormFactors(schedule);
  const i = t - 1;
  return {
    beta: schedule.beta[i]!,
    alpha: schedule.alpha[i]!,
    alphaBar: schedule.alphaBar[i]!,
    signal: signal[i]!,
    noise: noise[i]!,
    snr: schedule.snr[i]!,
  };
}

/** The first t at which more of x_t's variance is noise than picture (alphaBar_t < 1/2); undefined if there is none. */
export function halfTime(schedule: Schedule): number | undefined {
  const i = schedule.alphaBar.findIndex((alphaBar) => alphaBar < 0.5);
  return i < 0 ? undefined : i + 1;
}

/** `count` times from 0 to T, evenly spread, including both ends. */
export function evenTimes(T: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.round((i * T) / (count - 1)));
}

/** Keeps the share of the way when T changes, so that the picture stays about as noisy. */
export function rescaleTime(t: number, from: number, to: number): number {
  return Math.round((t / from) * to);
}
