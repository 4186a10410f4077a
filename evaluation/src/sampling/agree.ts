/** Whether a model and a set of images fit together: their classes, and the numbers that the model is conditional on. */

import { plural } from '@onnoise/base/text';
import type { ConditioningFacts } from '@onnoise/scheduler/model';
import { InputError, oneOf, refuse } from '@onnoise/scheduler/rules';
import { type Dataset, listClasses } from '@onnoise/training/data';
import type { ClassMap } from '../sets/real-images.ts';

/** Most classes to name in a sentence. */
const NAMED = 20;

const named = (names: readonly string[]): string => listClasses(names, NAMED);

/**
 * Classes are the same where they have the same name; those of a model without names are numbered as the data's.
 * @param trained whether the model was trained on these very images: then a class without images is nothing new
 * @returns undefined for a model that is not conditional on a class
 * @throws InputError for images without labels, and for classes that only the one or the other has
 */
export function matchClasses(
  action: string,
  { classes, classNames }: Pick<ConditioningFacts, 'classes' | 'classNames'>,
  { labels, classNames: dataNames, train }: Dataset,
  trained: boolean,
): ClassMap | undefined {
  if (classes === 0) return undefined;
  if (labels === undefined || dataNames === undefined) {
    throw new InputError(
      `Cannot ${action}: --data must have classes, as the model has, received images without classes: give a folder for each class, or --csv with --label-column.`,
    );
  }
  const names = classNames ?? dataNames;
  if (names.length !== classes) {
    refuse(
      action,
      '--data',
      `images of ${plural(classes, 'class', 'classes')}, as many as the model has`,
      dataNames.length,
    );
  }
  const trainedOn = new Set(Array.from(train, (image) => labels[image]!));
  const used = [...new Set(labels)].sort((a, b) => a - b);
  const map = new Map(used.map((label) => [label, names.indexOf(dataNames[label]!)] as const));
  const strange = used.filter((label) => map.get(label) === -1).map((label) => dataNames[label]!);
  if (strange.length > 0) {
    const rule = `images of the model's classes alone, which are ${named(names)}`;
    throw new InputError(`Cannot ${action}: --data must be ${rule}, received also ${named(strange)}.`);
  }
  const known = new Set([...trainedOn].map((label) => map.get(label)!));
  const missing = names.filter((_, number) => !known.has(number));
  if (missing.length > 0 && !trained) {
    throw new InputError(
      `Cannot ${action}: --data must have images to train on of every class of the model, received none of ${named(missing)}.`,
    );
  }
  return map;
}

/** @throws InputError unless the data has just the numbers that the model is conditional on */
export function matchConditions(
  action: string,
  { conditions = [] }: Pick<ConditioningFacts, 'conditions'>,
  { conditions: given }: Dataset,
): void {
  const wanted = conditions.map(({ name }) => name);
  const received = given?.names ?? [];
  const strange = received.find((name) => !wanted.includes(name));
  if (strange !== undefined) {
    const rule = wanted.length === 0 ? 'left out, the model takes no numbers' : `${oneOf(wanted).words}`;
    refuse(action, 'a column of --condition-columns', rule, strange);
  }
  const missing = wanted.filter((name) => !received.includes(name));
  if (missing.length > 0) {
    throw new InputError(
      `Cannot ${action}: --condition-columns must name ${wanted.join(' and ')}, which the model is conditional on, received none for ${missing.join(' and ')}.`,
    );
  }
}
