/** What must be so of the options and of the images, before a network is trained. */
import { check, InputError, integer, worded } from '@onnoise/scheduler/rules';
import { listClasses } from '@onnoise/training/data';
import type { Part } from '../membership/index.ts';
import type { NamedBy } from '../sets/real-images.ts';
import type { UtilityImages } from './types.ts';

/** The sets of images, as their options name them. */
export const NAMED = {
  data: { option: '--data', csv: '--csv' },
  test: { option: '--test-data', csv: '--test-csv' },
  synthetic: { option: '--synthetic', csv: '--synthetic-csv' },
} as const satisfies Record<string, NamedBy>;

/** Classes to name in a sentence. */
const MOST_NAMED = 10;

/** Before anything is read. */
export function requireTest(action: string, { typed, test }: UtilityImages): void {
  if (test !== undefined || typed.validationShare !== 0) return;
  throw new InputError(
    `Cannot ${action}: --validation-share must be above 0 without --test-data, received 0: no network may learn from the images that it is tested on.`,
  );
}

/** @returns the names of the classes @throws InputError for images that all show the same */
export function requireClasses(action: string, part: Part): readonly string[] {
  const classNames = part.dataset.classNames!;
  const found = classesIn(part);
  if (found.size > 1) return classNames;
  const one = [...found].map((label) => classNames[label]!).join();
  throw new InputError(
    `Cannot ${action}: --data must have two classes at least to train on, received ${one || 'none'} alone.`,
  );
}

const classesIn = ({ dataset, numbers }: Part): Set<number> =>
  new Set(Array.from(numbers, (image) => dataset.labels![image]!));

/** Classes that a set lacks. */
export function noteUnlike(
  classNames: readonly string[],
  { pool, tested, synthetic }: Record<'pool' | 'tested' | 'synthetic', Part>,
  notes: string[],
): void {
  for (const [words, part] of Object.entries({ synthetic, test: tested })) {
    const there = classesIn(part);
    const missing = [...classesIn(pool)].filter((label) => !there.has(label)).map((label) => classNames[label]!);
    if (missing.length > 0) notes.push(`The ${words} images have none of ${listClasses(missing, MOST_NAMED)}.`);
  }
}

/** @throws InputError for more real images than there are, and fewer than there are classes */
export function requireCounts(action: string, counts: readonly number[], pool: Part): void {
  const [fewest, most] = [classesIn(pool).size, pool.numbers.length];
  const rule = worded(
    `from ${fewest}, one for each class, to ${most}, the real images to train on`,
    integer(fewest, most),
  );
  for (const count of counts) check(action, 'each of --real-count', rule, count);
}
