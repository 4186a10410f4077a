/** The view's settings in its address, so that a link restores them. Default values are left out. */

import { HANDS } from './hands.ts';
import { BETA_END, BETA_START, type ScheduleChoice, STANDARD, T_RANGE } from './schedules.ts';

export interface Settings extends ScheduleChoice {
  /** 0 to T. */
  t: number;
  /** Of epsilon; 0 to 2^32 - 1. */
  seed: number;
  picture: ShownPicture;
}

/** One of the shipped pictures. */
export interface ShownPicture {
  kind: 'hand' | 'digit';
  /** 0 to HANDS - 1; of a digit its label. */
  index: number;
}

export const FIRST_PICTURE: ShownPicture = { kind: 'hand', index: 0 };

export const MAX_SEED = 2 ** 32 - 1;
const DIGITS = 10;

/** Half way, with the tutorial's schedule. */
export function standardTime(T: number): number {
  return Math.round(T / 2);
}

/** The settings in the address, with defaults for missing and invalid ones, and what was left aside, as it is in the address. */
export function readSettings(query: URLSearchParams): { settings: Settings; aside: string[] } {
  const aside: string[] = [];
  const read = (name: string, standard: number, min: number, max: number, whole = true) => {
    const text = query.get(name);
    const value = Number(text);
    const holds =
      text !== null && text.trim() !== '' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (text !== null && !holds) aside.push(`${name}=${text.slice(0, 20)}`);
    return holds ? value : standard;
  };
  const T = read('T', STANDARD.T, T_RANGE.min, T_RANGE.max);
  const start = read('from', STANDARD.betaStart, BETA_START.min, BETA_START.max, false);
  const end = read('to', STANDARD.betaEnd, BETA_END.min, BETA_END.max, false);
  if (start > end) aside.push(`from=${start}`, `to=${end}`);
  const { betaStart, betaEnd } = start <= end ? { betaStart: start, betaEnd: end } : STANDARD;
  const settings = {
    T,
    betaStart,
    betaEnd,
    t: read('t', standardTime(T), 0, T),
    seed: read('seed', 0, 0, MAX_SEED),
    picture: pictureOf(read),
  };
  return { settings, aside };
}

/** A digit, if the address names one, else a hand. */
function pictureOf(read: (name: string, standard: number, min: number, max: number) => number): ShownPicture {
  const digit = read('digit', -1, 0, DIGITS - 1);
  return digit >= 0 ? { kind: 'digit', index: digit } : { kind: 'hand', index: read('hand', 0, 0, HANDS - 1) };
}

export function formatSettings(settings: Settings): Record<string, number> {
  const { T, betaStart, betaEnd, t, seed, picture } = settings;
  const all: Record<string, [value: number, standard: number]> = {
    t: [t, standardTime(T)],
    T: [T, STANDARD.T],
    from: [betaStart, STANDARD.betaStart],
    to: [betaEnd, STANDARD.betaEnd],
    seed: [seed, 0],
    [picture.kind]: [picture.index, picture.kind === 'hand' ? FIRST_PICTURE.index : -1],
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, [value, standard]]) => value !== standard)
      .map(([name, [value]]) => [name, value]),
  );
}
