/**
 * The labels of the images and the classes of the network: how many there should be, whether they match, and notes on
 * those that go unused.
 */

import { plural } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import type { Dataset } from '../data/index.ts';
import { listClasses } from '../data/set/classes.ts';
import type { Conditioning } from '../model/condition-config.ts';

type Labelled = Pick<Dataset, 'labels' | 'classNames' | 'train'>;

/** Most classes to name in a sentence; the rest are counted. */
const NAMED = 5;

/**
 * `num_class_embeds` if the settings leave it open: the number of classes of the images. A single class distinguishes
 * nothing, so it leaves the network unconditional.
 */
export function classesOf(classNames: readonly string[] | undefined): number | null {
  return classNames && classNames.length > 1 ? classNames.length : null;
}

/**
 * @param resume whether a run continues: it keeps its classes, and a mismatch is only reported.
 * @returns notes for the user, one sentence each.
 * @throws InputError when the network has other classes than the images.
 */
export function checkLabels(classCount: number | null, { labels, classNames, train }: Labelled, resume = false) {
  const names = labels && (classNames ?? Array.from({ length: 1 + largest(labels) }, (_, i) => String(i)));
  const notes = checkClasses(classCount, names, resume);
  if (classCount === null || !labels || !names) return notes;
  const trained = new Set(Array.from(train, (number) => labels[number]));
  const missing = names.filter((_, i) => !trained.has(i));
  if (missing.length === 0) return notes;
  const which = plural(missing.length, 'class', 'classes');
  return [...notes, `There is no training image of ${which} (${list(missing)}): expect poor pictures.`];
}

/** The same for names alone, before the images are prepared; undefined for images without labels. */
export function checkClasses(
  classCount: number | null,
  names: readonly string[] | undefined,
  resume = false,
): string[] {
  const refuse = (text: string): never => {
    throw new InputError(`Cannot start training: ${text}.`);
  };
  if (classCount === null) return names ? [tellUnused(names, resume)] : [];
  if (!names) {
    return refuse(
      `the images must have labels since the network is conditional on ${classCount} classes, received none. ` +
        'Give a folder per class or --csv with --label-column, or train without: --model.num_class_embeds null',
    );
  }
  if (names.length === classCount) return [];
  if (names.length > classCount || !resume) {
    refuse(
      `--model.num_class_embeds must be ${names.length}, the number of classes of the images (${list(names)}), received ` +
        `${classCount}${names.length < classCount ? '; the others would not be trained' : ''}`,
    );
  }
  return [`The network has ${classCount} classes, the images only ${names.length}: the others are not trained.`];
}

/**
 * Checks that label dropout and the null class go together.
 * @throws InputError when there is no label to leave out, or no null class to put in its place, or one in vain.
 */
export function checkDropout(
  { labelDropout }: { labelDropout: number },
  { classCount, nullCondition, conditions, conditionImage }: Conditioning,
  names: readonly string[] | undefined,
): void {
  const refuse = (rule: string, advice = ''): never => {
    throw new InputError(`Cannot start training: --label-dropout must be ${rule}, received ${labelDropout}.${advice}`);
  };
  if (labelDropout > 0 === nullCondition) return;
  if (nullCondition) {
    refuse(
      'above 0 for a network with a null condition (model.null_condition), which would not be trained otherwise',
      classCount === null ? '' : ` Or train one without: --model.num_class_embeds ${classCount}.`,
    );
  }
  if (classCount !== null || conditions.length > 0 || conditionImage) refuse('0 where model.null_condition is false');
  if (names && names.length > 1) refuse('0 for a network without classes (--model.num_class_embeds null)');
  const what = names ? `of one class (${names[0]})` : 'without labels';
  refuse(`0 for images ${what}`, ' Give a folder per class, or --csv with --label-column or --condition-columns.');
}

/** The note when `classesOf` made a network conditional: the user may not have meant the folders as classes. */
export function tellClasses(names: readonly string[]): string {
  return `The images have ${names.length} classes (${list(names)}), and the network is conditional on them; --model.num_class_embeds null leaves them out.`;
}

function tellUnused(names: readonly string[], resume: boolean): string {
  if (names.length === 1) return `All images have one class (${names[0]}), so the network is not conditional on it.`;
  const how = resume
    ? 'a continued run cannot change that'
    : `train on them with --model.num_class_embeds ${names.length}`;
  return `The labels of the images (${plural(names.length, 'class', 'classes')}: ${list(names)}) are not used, since the network is unconditional: ${how}.`;
}

const list = (names: readonly string[]) => listClasses(names, NAMED);

function largest(labels: Int32Array): number {
  return labels.reduce((a, b) => Math.max(a, b), 0);
}
