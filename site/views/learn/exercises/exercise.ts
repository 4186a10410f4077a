/**
 * An exercise as a record: what is asked, with the student's own numbers, where the answer comes from, and how it is
 * checked. An answer is a list of numbers, so that it fits a link and can be checked again from there.
 */
import { randomInts } from '@onnoise/scheduler';
import type { ComponentChildren } from 'preact';
import type { ChapterId } from '../chapters.ts';
import type { Readings, Wanted } from '../readings.ts';

/** Seeds are 1 to SEEDS. */
export const SEEDS = 99_999;

interface Draw {
  /** One of them. */
  pick<T>(from: readonly T[]): T;
  /** From low to high, a multiple of `step`; in decimals as short as the step. */
  between(low: number, high: number, step: number): number;
}

/**
 * Numbers of a student: drawn from a seed, so that neighbours have others, and a teacher can draw them again.
 * @param stream another one for each exercise
 */
function drawOf(seed: number, stream: number): Draw {
  let at = 0;
  const below = (count: number) => {
    const one = new Int32Array(1);
    randomInts(seed, stream, at++, count, one);
    return one[0]!;
  };
  return {
    pick: (from) => from[below(from.length)]!,
    between: (low, high, step) => {
      const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
      return Number((low + step * below(Math.round((high - low) / step) + 1)).toFixed(decimals));
    },
  };
}

/** Why an answer is wrong, in a sentence; undefined: it is right. */
export type Fault = string | undefined;

/** Of what a figure shows: the numbers of an answer, or what is still to be done there. */
type Read = (shown: Partial<Readings>) => readonly number[] | string;

/** @template Own the student's numbers */
interface Rule<Own> {
  chapter: ChapterId;
  title: string;
  own: (draw: Draw) => Own;
  task: (own: Own) => ComponentChildren;
  /** Labels of the numbers to type; they come first in an answer. */
  fields?: readonly string[];
  /** To choose from; the answer is a place in the list. */
  options?: readonly string[];
  /** What the figure adds to the answer. */
  read?: Read;
  /** What the figure shows now, in words. @param answer its part */
  shown?: (answer: readonly number[]) => string;
  /** Where the figure is: a CSS selector. */
  figure?: string;
  /** What the figure shows at first. */
  start?: (own: Own) => Wanted;
  check: (answer: readonly number[], own: Own) => Fault;
  hint: (own: Own) => ComponentChildren;
  solution: (own: Own) => ComponentChildren;
}

/** One that knows its place, and draws its own numbers. */
export interface Exercise
  extends Pick<Rule<never>, 'chapter' | 'title' | 'fields' | 'options' | 'read' | 'shown' | 'figure'> {
  /** `guess-2` */
  id: string;
  /** Numbers of an answer. */
  length: number;
  task(seed: number): ComponentChildren;
  start(seed: number): Wanted | undefined;
  /** @param answer of `length` numbers */
  check(answer: readonly number[], seed: number): Fault;
  hint(seed: number): ComponentChildren;
  solution(seed: number): ComponentChildren;
}

/** @param number in its chapter, from 1 @param reads numbers that the figure adds */
export type MakeExercise = (number: number, stream: number) => Exercise;

export function exercise<Own>(rule: Rule<Own>, reads = rule.read ? 1 : 0): MakeExercise {
  return (number, stream) => {
    const own = (seed: number) => rule.own(drawOf(seed, stream));
    const length = (rule.options ? 1 : (rule.fields?.length ?? 0)) + reads;
    return {
      ...rule,
      id: `${rule.chapter}-${number}`,
      length,
      task: (seed) => rule.task(own(seed)),
      start: (seed) => rule.start?.(own(seed)),
      check: (answer, seed) => {
        const whole = answer.length === length && answer.every(Number.isFinite);
        return whole ? rule.check(answer, own(seed)) : 'The answer is not whole.';
      },
      hint: (seed) => rule.hint(own(seed)),
      solution: (seed) => rule.solution(own(seed)),
    };
  };
}

/** For those that are the same for all. */
export const nothing = (): Record<string, never> => ({});

interface Expected {
  right: number;
  /** The largest difference that is still right. */
  tolerance: number;
  /** What a usual mistake gives, and what to say of it; the first that fits. */
  slips: readonly (readonly [value: number, words: string])[];
}

/** Whether a typed number is right, and what may have gone wrong with it. */
export function faultOf(value: number, { right, tolerance, slips }: Expected): Fault {
  const near = (to: number) => Math.abs(value - to) <= tolerance * (1 + 1e-9) + 1e-12;
  if (near(right)) return undefined;
  const slip = slips.find(([at]) => near(at));
  if (slip) return slip[1];
  if (near(-right)) return 'The size is right, the sign is not.';
  const off = `It is too ${value > right ? 'large' : 'small'}`;
  return `${off}, by more than ${Math.abs(value - right) > 10 * tolerance ? 'rounding explains: look at each part of the formula' : 'rounding explains: keep more digits on the way'}.`;
}

/** The answer of a choice: what each wrong option gets wrong. */
export const chosen =
  (faults: readonly Fault[]) =>
  ([place = -1]: readonly number[]): Fault =>
    place in faults ? faults[place] : 'Choose one of the answers.';

/** A typed number: "0.31", "−0,31", "1/3", "12 611"; undefined if it is none. */
export function numberOf(text: string): number | undefined {
  const plain = text
    .trim()
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/[\s\u2009\u202f_]/g, '')
    .replace(/%$/, '');
  const grouped = /^[+-]?\d{1,3}(,\d{3})+$/.test(plain) ? plain.replaceAll(',', '') : plain.replace(',', '.');
  const [top = '', bottom, ...more] = grouped.split('/');
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  if (more.length > 0 || !number.test(top) || (bottom !== undefined && !number.test(bottom))) return undefined;
  const value = Number(top) / Number(bottom ?? 1);
  return Number.isFinite(value) ? value : undefined;
}

/** "0.31", "−0.31": to that many decimals, without zeros at the end. */
export const say = (value: number, decimals = 2): string => String(Number(value.toFixed(decimals))).replace('-', '−');
/** In brackets if it is negative. */
export const factor = (value: number, decimals = 2): string =>
  value < 0 ? `(${say(value, decimals)})` : say(value, decimals);
