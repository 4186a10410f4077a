/**
 * Names for the values that make the classes: the `False` of a table becomes `female`. They change what the classes are
 * called, and neither their order and numbers nor the prepared images, which are cached under the values.
 */

import { nearest } from '@onnoise/base/text';
import { InputError, type Rule, rule, show } from '@onnoise/scheduler/rules';
import { className, listClasses } from './classes.ts';
import type { LabelNames, Source } from './types.ts';

/** Most values to list in a sentence. */
const LISTED = 10;

export const labelNamesRule: Rule<LabelNames> = rule(
  'an object with a name for each value, such as {"False": "female"}, none of them empty',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(
      ([key, name]) => className(key) !== '' && typeof name === 'string' && className(name) !== '',
    ),
);

/** The classes under their new names, in the same order. */
export function renameClasses(classNames: readonly string[], names: LabelNames = {}): string[] {
  const renamed = new Map(Object.entries(names).map(([value, name]) => [className(value), className(name)]));
  return classNames.map((value) => renamed.get(value) ?? value);
}

/**
 * @throws InputError for names where there are no classes, a value that the images do not have, one that is named twice,
 * and a name that two classes would have: it would not say which.
 * @param from where the names come from if the user did not give them
 */
export function checkLabelNames(
  names: LabelNames | undefined,
  { classNames, labelSource, name }: Pick<Source, 'classNames' | 'labelSource' | 'name'>,
  from?: string,
): void {
  const values = Object.keys(names ?? {}).map(className);
  if (values.length === 0) return;
  const what = from === undefined ? '--label-names' : `the label names of ${from}`;
  const refuse: (rule: string, received: string) => never = (rule, received) => {
    throw new InputError(`Cannot prepare images: ${what} must ${rule}, received ${received}`);
  };
  if (!classNames) {
    const advice = 'Give a folder for each class, or --csv with --label-column.';
    if (from !== undefined) refuse('come with images of classes', `images without. ${advice}`);
    refuse('be left out for images without classes', `${show(names)}. ${advice}`);
  }
  const unknown = values.find((value) => !classNames.includes(value));
  if (unknown !== undefined) {
    const meant = nearest(unknown, classNames);
    const similar = meant === undefined ? '' : ` Did you mean ${show(meant)}?`;
    const hint = from === undefined ? similar : ' Give --label-names for these images.';
    const rule = `name values of ${labelSource ?? name}, which are ${listClasses(classNames, LISTED)}`;
    refuse(rule, `${show(unknown)}.${hint}`);
  }
  const twice = values.find((value, i) => values.indexOf(value) !== i);
  if (twice !== undefined) refuse('name each value once', `${show(twice)} twice.`);
  const renamed = renameClasses(classNames, names);
  const second = renamed.findIndex((one, i) => renamed.indexOf(one) !== i);
  if (second < 0) return;
  const [both, first] = [renamed[second]!, renamed.indexOf(renamed[second]!)];
  const which = listClasses([classNames[first]!, classNames[second]!]);
  refuse('give each class a name of its own', `${show(both)} for the classes ${which}.`);
}
