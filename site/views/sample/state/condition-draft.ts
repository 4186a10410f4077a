/** Numbers that a model is conditional on: what the controls hold of them, and their check. */

import { LARGEST_GUIDANCE } from '@onnoise/scheduler';
import type { ConditionSpec } from '@onnoise/scheduler/model';
import { number } from '@onnoise/scheduler/rules';
import { usualRange } from '../../../components/condition-words.ts';
import { usualCondition } from '../../../state/usual-conditions.ts';
import { decimal } from './decimal.ts';

/** By name: a number as typed, several in turn with commas between them, or a range, `24..216`. Empty: absent. */
export type ConditionDraft = Readonly<Record<string, string>>;

/** What the field shows: a model that needs the number gets its mean. */
export function conditionText(draft: ConditionDraft, spec: ConditionSpec, optional: boolean): string {
  const typed = Object.hasOwn(draft, spec.name) ? draft[spec.name] : undefined; // a name may be `constructor`
  return typed ?? (optional ? '' : String(usualCondition(spec)));
}

/** Names that a link asks for and the model does not have. */
export const unknownConditions = (draft: ConditionDraft, specs: readonly ConditionSpec[]): string[] =>
  Object.keys(draft).filter((name) => !specs.some((spec) => spec.name === name));

/** The usual range of each number that the draft does not have. */
export function usualConditionDraft(draft: ConditionDraft, specs: readonly ConditionSpec[]): ConditionDraft {
  const missing = specs.filter(({ name }) => !Object.hasOwn(draft, name));
  return Object.fromEntries(missing.map((spec) => [spec.name, rangeText(...usualRange(spec))]));
}

export const rangeText = (low: number, high: number): string => `${low}..${high}`;

const numberOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

/**
 * The numbers of a field in turn, [] for an empty one; undefined where the text is none, or out of range.
 * @param count pictures, over which a range is spread
 */
export function readCondition(text: string, { min, max }: ConditionSpec, count: number): number[] | undefined {
  if (text.trim() === '') return [];
  const ends = text.split('..').map(numberOf);
  const values = ends.length === 2 ? ends : text.split(',').map(numberOf);
  if (!values.every(number({ min, max }).holds)) return undefined;
  return ends.length === 2 ? evenly(ends[0]!, ends[1]!, count) : values;
}

/** From one end to the other, both included: whole numbers where the ends are and there are as many. */
export function evenly(from: number, to: number, count: number): number[] {
  if (count === 1) return [from];
  const whole = Number.isInteger(from) && Number.isInteger(to) && Math.abs(to - from) >= count - 1;
  return Array.from({ length: count }, (_, i) => {
    const value = from + ((to - from) * i) / (count - 1);
    return whole ? Math.round(value) : Number(value.toPrecision(6));
  });
}

/** The ends of a range or list, equal for one number; undefined where the text is none of these. */
export function endsOf(text: string, spec: ConditionSpec): [from: number, to: number] | undefined {
  const values = readCondition(text, spec, 2);
  return values === undefined || values.length === 0 ? undefined : [values[0]!, values.at(-1)!];
}

/** Of the scale. */
export const GUIDANCE = number({ min: 0, max: LARGEST_GUIDANCE });

export type Interval = readonly [low: number, high: number];

/** The scale, or undefined where the text is none. */
export function readGuidance(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return GUIDANCE.holds(value) ? value : undefined;
}

export const intervalWords = (timesteps: number): string => `two timesteps from 0 to ${timesteps - 1}, the lower first`;

/** `100,900`, or 'all' for an empty text; undefined where the text is neither. */
export function readInterval(text: string, timesteps: number): Interval | 'all' | undefined {
  if (text.trim() === '') return 'all';
  const [low, high, ...more] = text.split(',').map(decimal);
  if (low === undefined || high === undefined || more.length > 0) return undefined;
  return low <= high && high < timesteps ? [low, high] : undefined;
}
