/** What must be so before a model is attacked. */

import { InputError } from '@onnoise/scheduler/rules';
import { listClasses } from '@onnoise/training/data';

/** Fewer images of a kind say nothing at all. */
const FEWEST = 8;
const NAMED = 5;

/** @throws InputError for fewer than 8 images of a kind */
export function requireImages(action: string, members: number, others: number): void {
  for (const [count, words] of [
    [members, 'training images'],
    [others, 'held-out images'],
  ] as const) {
    if (count >= FEWEST) continue;
    throw new InputError(
      `Cannot ${action}: there must be at least ${FEWEST} ${words}, received ${count}. A true positive rate at 1 % false positives needs at least 100 of each.`,
    );
  }
}

/** Places of the held-out images that are training images, too: their pixels are the same. */
export function sharedImages(members: readonly string[], others: readonly string[]): number[] {
  const known = new Set(members);
  return others.flatMap((hash, i) => (known.has(hash) ? [i] : []));
}

const OF_AUDIT = { option: '--test-data', rule: 'be images that the model has not seen', of: 'training images' };

/** @throws InputError that names some */
export function refuseShared(action: string, names: readonly string[], { option, rule, of } = OF_AUDIT): never {
  throw new InputError(
    `Cannot ${action}: ${option} must ${rule}, received ${names.length} with the pixels of ${of}: ${listClasses(names, NAMED)}. Take them out.`,
  );
}
