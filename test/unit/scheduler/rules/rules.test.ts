/** Rules: what a rule accepts, its words, and how it reads an object. */
import {
  anything,
  type Defaulted,
  flag,
  fraction,
  InputError,
  integer,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  only,
  optional,
  type Rule,
  readObject,
  show,
  text,
  withDefault,
  worded,
} from '@onnoise/scheduler/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** The message of the refusal. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a rule', () => {
  it.each<[Rule<unknown>, string, unknown[], unknown[]]>([
    [integer(1, 3), 'an integer from 1 to 3', [1, 3], [0, 4, 1.5, '2', Number.NaN, null, undefined, 2n]],
    [integer(0), 'an integer of at least 0', [0, Number.MAX_SAFE_INTEGER], [-1, 2 ** 53, Infinity]],
    [number(), 'a number', [0, -1e300], [Number.NaN, Infinity, -Infinity, '1', null]],
    [number({ min: 0, max: 1 }), 'a number from 0 to 1', [0, 1], [-1e-9, 1.001]],
    [number({ min: 0 }), 'a number of at least 0', [0, 1e300], [-1e-9, Infinity]],
    [number({ above: 0 }), 'a number above 0', [Number.MIN_VALUE], [0, -1]],
    [number({ min: 0, below: 1 }), 'a number of at least 0 and below 1', [0, 0.999], [1, -1]],
    [number({ above: 0, max: 1 }), 'a number above 0 and of at most 1', [1], [0, 1.1]],
    [fraction, 'a number between 0 and 1', [0.5], [0, 1]],
    [flag, 'true or false', [true, false], [0, 'true', null]],
    [text, 'some text', ['a', ' '], ['', 1, null]],
    [object, 'an object', [{}], [null, [], 'a', 1]],
    [oneOf(['a', 1, null]), 'one of a, 1, null', ['a', 1, null], ['b', '1', undefined]],
    [oneOf([0]), '0 (no other value is supported)', [0, -0], [1, false, null]],
    [listOf(flag), 'a list, each true or false', [[], [true]], [[1], true, null]],
    [listOf(integer(1, 2), 1), 'a list of at least 1, each an integer from 1 to 2', [[1, 2]], [[], [1, 3], { 0: 1 }]],
    [nullable(flag), 'null or true or false', [null, true], [undefined, 0]],
    [worded('yes or no', flag), 'yes or no', [true], [1]],
  ])('reads %j', (one, words, good, bad) => {
    expect(one.words).toBe(words);
    expect(good.filter((value) => !one.holds(value))).toEqual([]);
    expect(bad.filter((value) => one.holds(value))).toEqual([]);
  });

  it('keeps its default apart from the rule that it was made of', () => {
    const plain = integer(1, 9);
    expect(withDefault(3, plain).default).toBe(3);
    expect('default' in plain).toBe(false);
    expect('default' in nullable(withDefault(3, plain))).toBe(false);
  });
});

describe('readObject', () => {
  const rules = {
    width: integer(1, 64),
    depth: withDefault(2, integer(1, 9)),
    widths: withDefault([8, 16], listOf(integer(1, 64), 1)),
    classes: withDefault(null, nullable(integer(1, 9))),
    kind: only('conv'),
    card: optional(text),
  };
  const read = (json: unknown, passive?: Record<string, Rule<unknown>>) =>
    readObject<object>(json, 'read the config', rules, passive);

  it('takes the defaults of what is missing or undefined, and null as a value', () => {
    const complete = { width: 4, depth: 2, widths: [8, 16], classes: null, kind: 'conv', card: undefined };
    expect(read({ width: 4 })).toEqual(complete);
    expect(read({ width: 4, depth: undefined, classes: undefined })).toEqual(complete);
    const kept = { limit: withDefault(8, nullable(integer(1, 9))) };
    expect(readObject({ limit: null }, 'read', kept)).toEqual({ limit: null });
  });

  it('gives copies of what was given, and of its defaults', () => {
    const given = { width: 4, widths: [1, 2] };
    const [one, two] = [read(given), read({ width: 4 })] as { widths: number[] }[];
    one!.widths[0] = 60;
    two!.widths[0] = 60;
    expect(given.widths).toEqual([1, 2]);
    expect(read({ width: 4 })).toMatchObject({ widths: [8, 16] });
  });

  it('drops what is passive, once it holds', () => {
    const passive = { _version: text, _path: anything };
    expect(read({ width: 4, _version: '1', _path: null }, passive)).toEqual(read({ width: 4 }));
    expect(read({ width: 4, _version: undefined }, passive)).toEqual(read({ width: 4 }));
    expect(refusal(() => read({ width: 4, _version: '' }, passive))).toContain('_version must be some text');
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'it must be an object, received undefined.'],
    ['a list', [1], 'it must be an object, received [1].'],
    ['what is needed and missing', {}, 'width must be an integer from 1 to 64, received undefined.'],
    [
      'another value where one is supported',
      { width: 1, kind: 'fir' },
      'kind must be conv (no other value is supported)',
    ],
    ['an unknown key before a wrong value', { width: 0, wide: 1 }, 'unknown key "wide". Known keys: width, depth, '],
    ['a key that sets a prototype', JSON.parse('{"width": 1, "__proto__": 1}'), 'unknown key "__proto__"'],
    [
      'a value that is inherited',
      Object.create({ width: 4 }),
      'width must be an integer from 1 to 64, received undefined',
    ],
  ])('refuses %s', (_, json, message) => {
    expect(refusal(() => read(json))).toContain(`Cannot read the config: ${message}`);
  });
});

/** A rule, with values of which it accepts some. */
const leaves = fc.oneof(
  fc.tuple(fc.integer(), fc.nat()).map(([min, span]) => integer(min, min + span) as Rule<unknown>),
  fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })).map(([a, b]) => {
    return number({ min: Math.min(a, b), max: Math.max(a, b) }) as Rule<unknown>;
  }),
  fc.uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), { minLength: 1 }).map(oneOf),
  fc.constantFrom<Rule<unknown>>(flag, text, object, fraction, anything),
);
const rulesOfAnything = fc.oneof(
  leaves,
  leaves.map(nullable),
  leaves.map((one) => listOf(one)),
);
const values = fc.oneof(
  fc.jsonValue(),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.array(fc.integer(), { maxLength: 3 }),
) as fc.Arbitrary<unknown>;
const keys = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'width'));

describe('any object of rules', () => {
  it('reads back unchanged what its rules take, and names key, rule and value of what they do not', () => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(keys, rulesOfAnything, values, (key, one, value) => {
        const rules = Object.fromEntries([[key, one]]) as Record<string, Rule<unknown>>;
        const given = Object.fromEntries([[key, value]]);
        if (one.holds(value)) {
          taken++;
          const read = readObject<Record<string, unknown>>(given, 'read', rules);
          expect(Object.entries(read)).toEqual([[key, value]]);
        } else {
          refused++;
          const sentence = `Cannot read: ${key} must be ${one.words}, received ${show(value)}.`;
          expect(refusal(() => readObject(given, 'read', rules))).toBe(sentence);
        }
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(taken, refused)).toBeGreaterThan(50);
  });

  it('gives the default of a key that is left out, whatever it is, and knows no other key', () => {
    fc.assert(
      fc.property(keys, keys, fc.jsonValue(), (key, other, standard) => {
        fc.pre(key !== other);
        const rules = Object.fromEntries([[key, withDefault(standard, anything as Rule<unknown>)]]);
        const read = (json: object) => readObject<object>(json, 'read', rules as Record<string, Defaulted<unknown>>);
        expect(Object.entries(read({}))).toEqual([[key, standard]]);
        const unknown = `Cannot read: unknown key ${show(other)}. Known keys: ${key}.`;
        expect(refusal(() => read(Object.fromEntries([[other, 1]])))).toBe(unknown);
      }),
    );
  });
});
