/**
 * Rules of values: each is the words that complete "must be" and the test that they describe. Configs, settings, options
 * and requests are checked with them, so that one kind of value is refused in one wording everywhere.
 */
import { refuse } from './errors.ts';

export interface Rule<T> {
  /** Completes "must be": `an integer from 1 to 300`. */
  readonly words: string;
  holds(value: unknown): value is T;
}

/** A rule with the value of what is left out. */
export type Defaulted<T> = Rule<T> & { readonly default: T };

type Plain = string | number | boolean | null;

export function rule<T>(words: string, holds: (value: unknown) => boolean): Rule<T> {
  return { words, holds: holds as Rule<T>['holds'] };
}

/** The value, or the sentence `Cannot <action>: <name> must be <words>, received <value>.` as an InputError. */
export function check<T>(action: string, name: string, { words, holds }: Rule<T>, value: unknown): T {
  return holds(value) ? value : refuse(action, name, words, value);
}

/** An integer in [min, max], or an InputError. */
export function checkInteger(action: string, name: string, value: unknown, min: number, max: number): number {
  return check(action, name, integer(min, max), value);
}

/** An integer in [min, max]; without `max` one that a float64 tells from its neighbours. */
export function integer(min: number, max?: number): Rule<number> {
  const most = max ?? Number.MAX_SAFE_INTEGER;
  const range = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  return rule(
    `an integer ${range}`,
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= most,
  );
}

/** Ends of a range: `min` and `max` belong to it, `above` and `below` do not. Left out: no such end. */
export interface Range {
  min?: number | undefined;
  max?: number | undefined;
  above?: number | undefined;
  below?: number | undefined;
}

/** A finite number in a range. */
export function number(range: Range = {}): Rule<number> {
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity } = range;
  return rule(
    `a number${rangeWords(range)}`,
    (value) =>
      typeof value === 'number' &&
      Number.isFinite(value) &&
      value >= min &&
      value <= max &&
      !(value <= above) &&
      !(value >= below),
  );
}

function rangeWords({ min, max, above, below }: Range): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (above !== undefined && below !== undefined) return ` between ${above} and ${below}`;
  const ends = [
    ...(min === undefined ? [] : [`of at least ${min}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(max === undefined ? [] : [`of at most ${max}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  return ends.length === 0 ? '' : ` ${ends.join(' and ')}`;
}

/** A number in (0, 1). */
export const fraction = number({ above: 0, below: 1 });

export const flag: Rule<boolean> = rule('true or false', (value) => typeof value === 'boolean');

/** A text that is not empty. */
export const text: Rule<string> = rule('some text', (value) => typeof value === 'string' && value !== '');

/** A value that is an object and no array. */
export const object: Rule<Record<string, unknown>> = rule(
  'an object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

/** Whatever is given: for values that something else checks, and for those that are dropped. */
export const anything: Rule<unknown> = rule('anything', () => true);

/** One of the values, which read as they are typed: without quotes. */
export function oneOf<const T extends Plain>(values: readonly T[]): Rule<T> {
  const [first, ...others] = values;
  const words =
    others.length === 0 ? `${first} (no other value is supported)` : `one of ${values.map(String).join(', ')}`;
  return rule(words, (value) => values.includes(value as T));
}

/** A list whose entries all hold to a rule. */
export function listOf<T>(item: Rule<T>, minLength = 0): Rule<T[]> {
  return rule(
    `a list${minLength === 0 ? '' : ` of at least ${minLength}`}, each ${item.words}`,
    (value) => Array.isArray(value) && value.length >= minLength && value.every((entry) => item.holds(entry)),
  );
}

export function nullable<T>(other: Rule<T>): Rule<T | null> {
  return rule(`null or ${other.words}`, (value) => value === null || other.holds(value));
}

/** The same rule in words of its own. */
export function worded<T>(words: string, { holds }: Rule<T>): Rule<T> {
  return { words, holds };
}

/** The same rule for what may be left out, and is `value` then. */
export function withDefault<T>(value: NoInfer<T>, { words, holds }: Rule<T>): Defaulted<T> {
  return { words, holds, default: value };
}

/** The same rule for what may be left out, and is not there then. */
export function optional<T>(other: Rule<T>): Defaulted<T | undefined> {
  return withDefault<T | undefined>(undefined, other as Rule<T | undefined>);
}

/** The one value that is supported of something that others have more of; it may be left out. */
export function only<const T extends Plain>(value: T): Defaulted<T> {
  return withDefault(value, oneOf([value]) as Rule<T>);
}
