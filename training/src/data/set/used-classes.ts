/** Keeps only classes with images: others would be sampled without ever being trained. */

import { listClasses } from './classes.ts';

/** Most classes to name in a sentence. */
const NAMED = 5;

/**
 * Drops classes without a label, and renumbers the rest in order. Classes named by their numbers, 0, 1, 2 and so on,
 * stay, so that a number keeps its meaning; a note lists those without images.
 * @returns `notes` are sentences
 */
export function usedClasses(classNames: readonly string[], labels: readonly number[]) {
  const used = new Set(labels);
  const unused = classNames.filter((_, old) => !used.has(old));
  if (unused.length === 0 || classNames.every((name, i) => name === String(i))) {
    const note = `Not learnt, for lack of a usable image: ${nameClasses(unused)}.`;
    return { classNames: [...classNames], labels: [...labels], notes: unused.length > 0 ? [note] : [] };
  }
  const number = new Map<number, number>();
  for (let old = 0; old < classNames.length; old++) if (used.has(old)) number.set(old, number.size);
  return {
    classNames: classNames.filter((_, old) => used.has(old)),
    labels: labels.map((old) => number.get(old)!),
    notes: [`Left out, for lack of a usable image: ${nameClasses(unused)}.`],
  };
}

/** A sentence about classes whose images are all held out; empty if there are none. */
export function notesOnHeldOut(
  classNames: readonly string[],
  labels: ArrayLike<number>,
  train: ArrayLike<number>,
): string[] {
  const trained = new Set(Array.from(train, (image) => labels[image]!));
  const present = new Set(Array.from(labels));
  const missing = classNames.filter((_, label) => present.has(label) && !trained.has(label));
  return missing.length > 0 ? [`All images are held out, and none are left to train on: ${nameClasses(missing)}.`] : [];
}

function nameClasses(names: readonly string[]): string {
  const named = listClasses(names, NAMED);
  return names.length === 1 ? `the class ${named}` : `${names.length} classes (${named})`;
}
