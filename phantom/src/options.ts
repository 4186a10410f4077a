/** What a set of phantoms is made of, and the rules of its options. */
import { check, flag, InputError, integer, number, oneOf, type Rule } from '@onnoise/scheduler/rules';
import { SEXES, type Sex } from './draw/ages.ts';
import { AGES, SIZES } from './draw/draw-phantom.ts';
import { PHANTOM_FORMATS, type PhantomFormat } from './formats.ts';

export interface PhantomSet {
  /** Pictures of hands, without the copies and broken files. */
  count: number;
  seed: number;
  /** Side in pixels. */
  size: number;
  /** Months. */
  age: readonly [youngest: number, oldest: number];
  /** Both if not given. */
  sex?: Sex | undefined;
  /** Share of right hands. */
  right: number;
  /** Share of hands with something abnormal. */
  abnormal: number;
  /** Share of hands with one finger bone missing or clearly too short. If it is not given, no file speaks of it. */
  anomaly?: number | undefined;
  /** Copies of earlier pictures, added after them. */
  duplicates: number;
  /** Files that cannot be read, added last. */
  broken: number;
  format: PhantomFormat;
  /** Whether each picture has a label map, in the folder `masks`. */
  masks: boolean;
}

export const USUAL: Omit<PhantomSet, 'count'> = {
  seed: 0,
  size: 256,
  age: [AGES.min, AGES.max],
  right: 0.05,
  abnormal: 0,
  duplicates: 0,
  broken: 0,
  format: 'png',
  masks: false,
};

const MOST = 1_000_000;
const SHARE = number({ min: 0, max: 1 });

const RULES: Readonly<Record<Exclude<keyof PhantomSet, 'age' | 'sex' | 'format' | 'anomaly' | 'masks'>, Rule<number>>> =
  {
    count: integer(1, MOST),
    seed: integer(0),
    size: integer(SIZES.min, SIZES.max),
    right: SHARE,
    abnormal: SHARE,
    duplicates: integer(0, MOST),
    broken: integer(0, MOST),
  };

const ACTION = 'draw phantoms';

/** @throws InputError for the first option that is out of its range. */
export function checkPhantomSet(set: PhantomSet): void {
  for (const [name, rule] of Object.entries(RULES)) check(ACTION, `--${name}`, rule, set[name as keyof typeof RULES]);
  if (set.anomaly !== undefined) check(ACTION, '--anomaly', SHARE, set.anomaly);
  if (set.sex !== undefined) check(ACTION, '--sex', oneOf(SEXES), set.sex);
  check(ACTION, '--format', oneOf(PHANTOM_FORMATS), set.format);
  check(ACTION, '--masks', flag, set.masks);
  const [youngest, oldest] = set.age;
  const whole = integer(AGES.min, AGES.max);
  if (!whole.holds(youngest) || !whole.holds(oldest) || youngest > oldest) {
    throw new InputError(
      `Cannot ${ACTION}: --age must be two whole numbers of months from ${AGES.min} to ${AGES.max}, the younger first, received ${youngest},${oldest}.`,
    );
  }
}

/** Files of the set. */
export const countFiles = ({ count, duplicates, broken }: PhantomSet): number => count + duplicates + broken;
