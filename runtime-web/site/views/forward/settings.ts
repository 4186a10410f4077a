/** The view's settings in its address, so that a link restores them. Default values are left out. */
import { BETA_END, BETA_START, type ScheduleChoice, STANDARD, T_RANGE } from './schedules.ts';

export interface Settings extends ScheduleChoice {
  /** 0 to T. */
  t: number;
  /** Of epsilon; 0 to 2^32 - 1. */
  seed: number;
  /** Which of the shipped digits; -1 for a visitor's own picture. */
  digit: number;
}

export const MAX_SEED = 2 ** 32 - 1;
const DIGITS = 10;

/** Half way, with the tutorial's schedule. */
export function standardTime(T: number): number {
  return Math.round(T / 2);
}

/** The settings in the address, with defaults for missing and invalid ones. */
export function parseSettings(query: URLSearchParams): Settings {
  const read = (name: string, standard: number, min: number, max: number, whole = true) => {
    const text = query.get(name);
    const value = Number(text);
    const holds =
      text !== null && text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value));
    return holds ? value : standard;
  };
  const T = read('T', STANDARD.T, T_RANGE.min, T_RANGE.max);
  const start = read('from', STANDARD.betaStart, BETA_START.min, BETA_START.max, false);
  const end = read('to', STANDARD.betaEnd, BETA_END.min, BETA_END.max, false);
  const { betaStart, betaEnd } = start <= end ? { betaStart: start, betaEnd: end } : STANDARD;
  return {
    T,
    betaStart,
    betaEnd,
    t: read('t', standardTime(T), 0, T),
    seed: read('seed', 0, 0, MAX_SEED),
    digit: read('digit', 0, 0, DIGITS - 1),
  };
}

export function formatSettings(settings: Settings): Record<string, number> {
  const { T, betaStart, betaEnd, t, seed, digit } = settings;
  const all: Record<string, [value: number, standard: number]> = {
    t: [t, standardTime(T)],
    T: [T, STANDARD.T],
    from: [betaStart, STANDARD.betaStart],
    to: [betaEnd, STANDARD.betaEnd],
    seed: [seed, 0],
    digit: [Math.max(digit, 0), 0],
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, [value, standard]]) => value !== standard)
      .map(([name, [value]]) => [name, value]),
  );
}
