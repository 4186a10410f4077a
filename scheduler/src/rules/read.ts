/** Strict reading of plain objects, parsed JSON for one: every key is known, every value holds to the rule of its key. */
import { InputError, show } from './errors.ts';
import { check, type Defaulted, object, type Rule } from './rule.ts';

/** A rule for each key; a key whose rule has no default must be there. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule<T[K]> | Defaulted<T[K]> };

/**
 * The values of a plain object by the rules of its keys. They are copies, and so are the defaults of keys that are missing or
 * undefined. null is a value like any other.
 * @param action completes "Cannot ...", for instance `read the preset`.
 * @param passive rules of keys that are accepted, checked and dropped.
 * @throws InputError on anything but an object with known keys and values that hold to their rules.
 */
export function readObject<T extends object>(
  json: unknown,
  action: string,
  rules: Rules<T>,
  passive: Readonly<Record<string, Rule<unknown>>> = {},
): T {
  const given = check(action, 'it', object, json);
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(rules, key) || Object.hasOwn(passive, key)) continue;
    const known = [...Object.keys(rules), ...Object.keys(passive)];
    throw new InputError(`Cannot ${action}: unknown key ${show(key)}. Known keys: ${known.join(', ')}.`);
  }
  for (const [key, rule] of Object.entries(passive)) {
    const value = ownValue(given, key);
    if (value !== undefined) check(action, key, rule, value);
  }
  const entries = Object.entries<Rule<unknown> | Defaulted<unknown>>(rules).map(([key, rule]) => {
    const value = ownValue(given, key);
    const read = value === undefined && 'default' in rule ? rule.default : check(action, key, rule, value);
    return [key, structuredClone(read)];
  });
  return Object.fromEntries(entries) as T;
}

/** What the object itself holds under a key, and not what all objects inherit. */
const ownValue = (given: object, key: string): unknown =>
  Object.hasOwn(given, key) ? (given as Record<string, unknown>)[key] : undefined;
