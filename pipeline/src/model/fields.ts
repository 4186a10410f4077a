/**
 * Strict reading of configuration objects: a table of fields, each with a rule in words. A missing key takes its
 * standard value, an unknown key or a value against the rule is an InputError.
 */
import { InputError, refuse, show } from '@onnoise/scheduler';

export interface Field<T> {
  /** Completes "must be ...". */
  rule: string;
  holds(value: unknown): boolean;
  /** The value when the key is missing; without it the key is required. */
  standard?: T;
}

export type Fields<T> = { [K in keyof T]-?: Field<T[K]> };

/**
 * @param action completes "Cannot ...", for instance `read the preset`.
 * @param passive keys that are accepted and dropped.
 * @throws InputError on anything but an object with known keys and allowed values.
 */
export function readFields<T>(json: unknown, action: string, fields: Fields<T>, passive: readonly string[] = []): T {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuse(action, 'it', 'an object', json);
  const known = Object.keys(fields);
  for (const key of Object.keys(json)) {
    if (!known.includes(key) && !passive.includes(key)) {
      throw new InputError(`Cannot ${action}: unknown key ${show(key)}. Known keys: ${known.join(', ')}.`);
    }
  }
  const values: Record<string, unknown> = {};
  for (const [key, field] of Object.entries<Field<unknown>>(fields)) {
    const value = (json as Record<string, unknown>)[key];
    if (value !== undefined ? !field.holds(value) : field.standard === undefined) {
      refuse(action, key, field.rule, value);
    }
    values[key] = structuredClone(value ?? (value === null ? null : field.standard));
  }
  return values as T;
}

const withStandard = <T>(field: Field<T>, standard: T | undefined): Field<T> =>
  standard === undefined ? field : { ...field, standard };

export const integer = (min: number, max: number, standard?: number): Field<number> =>
  withStandard(
    {
      rule: `an integer from ${min} to ${max}`,
      holds: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    },
    standard,
  );

/** A number in [min, max], or in (min, max] when `open`. */
export const number = (min: number, max: number, standard?: number, open = false): Field<number> =>
  withStandard(
    {
      rule: max === Infinity ? `a number ${open ? 'above' : 'of at least'} ${min}` : `a number from ${min} to ${max}`,
      holds: (value) =>
        typeof value === 'number' && Number.isFinite(value) && (open ? value > min : value >= min) && value <= max,
    },
    standard,
  );

export const flag = (standard?: boolean): Field<boolean> =>
  withStandard({ rule: 'true or false', holds: (value) => typeof value === 'boolean' }, standard);

export const oneOf = <T extends string | number | boolean | null>(values: readonly T[], standard?: T): Field<T> =>
  withStandard(
    {
      rule:
        values.length === 1
          ? `${show(values[0])} (no other value is supported)`
          : `one of ${values.map(show).join(', ')}`,
      holds: (value) => values.includes(value as T),
    },
    standard,
  );

export const listOf = <T>(item: Field<T>, minLength: number, standard?: T[]): Field<T[]> =>
  withStandard(
    {
      rule: `a list of at least ${minLength}, each ${item.rule}`,
      holds: (value) => Array.isArray(value) && value.length >= minLength && value.every((entry) => item.holds(entry)),
    },
    standard,
  );

/** Also null; null when the key is missing, unless `standard` says otherwise. */
export const nullable = <T>(field: Field<T>, standard: T | null = null): Field<T | null> => ({
  rule: `null or ${field.rule}`,
  holds: (value) => value === null || field.holds(value),
  standard,
});
