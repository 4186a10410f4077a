/** Numbers that a network is conditional on, such as an age: what unet/config.json says of them, and their encoding. */
import { InputError, refuse } from '../rules/errors.ts';
import { check, number, object, oneOf, type Rule, rule, text } from '../rules/rule.ts';

export interface ConditionSpec {
  /** Of [a-z0-9_]. */
  name: string;
  /** Of the training images. */
  mean: number;
  /** Above 0. */
  std: number;
  /** The smallest value of the training images. */
  min: number;
  /** The largest. */
  max: number;
}

/** Values by the name of their condition: one for all images, or several in turn. */
export type ConditionValues = Readonly<Record<string, number | readonly number[]>>;

const NAME: Rule<string> = rule(
  'lower-case letters, digits and _',
  (name) => text.holds(name) && /^[a-z0-9_]+$/.test(name),
);

const KEYS: readonly string[] = ['name', 'mean', 'std', 'min', 'max'] satisfies (keyof ConditionSpec)[];

/** @param file of the error messages. @throws InputError for a list of another form. */
export function readConditions(action: string, file: string, value: unknown): ConditionSpec[] {
  const list = check(action, `conditions of ${file}`, rule<unknown[]>('a list', Array.isArray), value);
  const specs = list.map((entry, i) => {
    const name = `conditions[${i}] of ${file}`;
    const given = check(action, name, object, entry);
    const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) refuse(action, `a key of ${name}`, oneOf(KEYS).words, unknown);
    const read = <T>(key: string, rule: Rule<T>) => check(action, `${key} of ${name}`, rule, given[key]);
    const min = read('min', number());
    return {
      name: read('name', NAME),
      mean: read('mean', number()),
      std: read('std', number({ above: 0 })),
      min,
      max: read('max', number({ min })),
    };
  });
  const twice = specs.find(({ name }, i) => specs.findIndex((other) => other.name === name) !== i);
  if (twice) refuse(action, `conditions of ${file}`, 'a list of different names', twice.name);
  return specs;
}

/**
 * A value of each condition, [2K]: first (value - mean) / std, 0 where absent, then 1 where it is given and 0 where not.
 */
export function encodeConditions(
  specs: readonly ConditionSpec[],
  values: readonly (number | undefined)[],
): Float32Array {
  const encoded = new Float32Array(2 * specs.length);
  for (const [k, { mean, std }] of specs.entries()) {
    const value = values[k];
    if (value === undefined) continue;
    encoded[k] = (value - mean) / std;
    encoded[specs.length + k] = 1;
  }
  return encoded;
}

/**
 * The values of a request in turn, encoded, one for each image; undefined for a network without conditions.
 * @param optional whether a condition may be absent: the network was also trained without.
 * @throws InputError for an unknown condition, a value outside the range of training, more values than images, and a
 * condition that is missing.
 */
export function completeConditions(
  action: string,
  specs: readonly ConditionSpec[],
  given: ConditionValues,
  { count, optional }: { count: number; optional: boolean },
): Float32Array[] | undefined {
  for (const name of Object.keys(given)) {
    if (specs.some((spec) => spec.name === name)) continue;
    const names = specs.map((spec) => spec.name).join(', ');
    refuse(action, 'a condition', names === '' ? 'left out, this model takes none' : `one of ${names}`, name);
  }
  if (specs.length === 0) return undefined;
  const turns = specs.map((spec) =>
    turnOf(action, spec, Object.hasOwn(given, spec.name) ? given[spec.name] : undefined),
  );
  for (const [k, { name, min, max }] of specs.entries()) {
    const { length } = turns[k]!;
    if (length > count) {
      throw new InputError(
        `Cannot ${action}: the values of condition ${name} must be at most as many as images, received ${length} for ${count}.`,
      );
    }
    if (length === 0 && !optional) {
      throw new InputError(`Cannot ${action}: condition ${name} must be ${number({ min, max }).words}, received none.`);
    }
  }
  return Array.from({ length: count }, (_, i) =>
    encodeConditions(
      specs,
      turns.map((turn) => turn[i % turn.length]),
    ),
  );
}

function turnOf(action: string, { name, min, max }: ConditionSpec, given: number | readonly number[] | undefined) {
  if (given === undefined) return [];
  const values = typeof given === 'object' ? given : [given];
  if (values.length === 0) refuse(action, `condition ${name}`, 'at least one number', values);
  return values.map((value) => check(action, `condition ${name}`, number({ min, max }), value));
}
