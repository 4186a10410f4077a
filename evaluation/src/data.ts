/**
 * The real images of an evaluation: those that the model was trained on, and others that it has never seen. It checks
 * that they fit the model before any is kept in memory.
 */

import { plural } from '@onnoise/base/text';
import { type ConditionSpec, nameChannels } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import {
  type Dataset,
  isPatterns,
  type LabelNames,
  lookAtImages,
  type PrepareOptions,
  renameClasses,
} from '@onnoise/training/data';
import { matchBeside, requireBeside } from './beside.ts';
import type { NamedBy, RealImages } from './sets/real-images.ts';
import type { PictureSource } from './source.ts';

export interface OpenOptions {
  source: Pick<PictureSource, 'action' | 'called' | 'facts' | 'dataHash' | 'agree'>;
  data: PrepareOptions;
  /** Default: the images that `data` holds out. */
  test?: PrepareOptions | undefined;
  /** Whether gray or colour is as the user says; if not, images must be what the model makes. */
  forced: boolean;
  prepare(options: PrepareOptions): Promise<Dataset>;
}

/** @throws InputError where the images do not fit the model, or none are left to compare with. */
export async function openRealImages(options: OpenOptions): Promise<RealImages> {
  const { source, data, test, forced, prepare } = options;
  const { action, facts: model, dataHash: hash } = source;
  requireBeside(action, model, data, test);
  const opened: Dataset[] = [];
  const close = () => {
    for (const each of opened) each.close();
  };
  try {
    const prepared = await prepare(data);
    opened.push(prepared);
    const dataset = matchBeside(action, model, prepared);
    const same = hash === undefined ? undefined : dataset.hash === hash;
    if (!same && !forced) await requireColour(source, '--data', data);
    const classMap = source.agree(dataset, same === true);
    const about = { dataset, classMap, same, close };
    const { conditions } = model;
    if (test === undefined) {
      const held = knownImages(action, dataset, dataset, dataset.validation);
      return { ...about, ...withinNumbers(action, conditions, held) };
    }
    const others = await prepare(test);
    opened.push(others);
    const other = matchBeside(action, model, others, true);
    if (!forced) await requireColour(source, '--test-data', test);
    if (other.hash === dataset.hash) {
      refuse(action, '--test-data', 'images that the model was not trained on', 'the images of --data');
    }
    const unseen = relabelled(action, TEST, other, dataset, data.labelNames);
    return { ...about, ...withinNumbers(action, conditions, knownImages(action, dataset, unseen, unseen.train)) };
  } catch (error) {
    close();
    throw error;
  }
}

/** Gray images would be compared with coloured pictures, or lose their colour, without a word. */
async function requireColour(
  { action, called, facts }: OpenOptions['source'],
  option: string,
  { channels: given, ...options }: PrepareOptions,
): Promise<void> {
  if (isPatterns(given)) return; // no colour is lost
  const [channels] = facts.shape;
  const found = (await lookAtImages(options)).channels;
  if (found === channels) return;
  const words = (count: number) => (count === 3 ? 'in colour' : nameChannels(count));
  throw new InputError(
    `Cannot ${action}: ${option} must be ${words(channels)}, as ${called}, the images are ${words(found)}. Add --channels ${channels} to convert them.`,
  );
}

/**
 * The unseen images without those of classes that training had no image of: no model can know them.
 * @throws InputError where none are left
 */
export function knownImages(
  action: string,
  { name, labels, train }: Dataset,
  unseen: Dataset,
  all: Uint32Array,
): Pick<RealImages, 'unseen' | 'notes'> {
  if (all.length === 0) {
    throw new InputError(
      `Cannot ${action}: some images of ${name} must be held out of training to compare with, but there are none. Name others with --test-data.`,
    );
  }
  if (labels === undefined) return { unseen: { dataset: unseen, numbers: all }, notes: [] };
  const trained = new Set(Array.from(train, (image) => labels[image]!));
  const numbers = all.filter((image) => trained.has(unseen.labels![image]!));
  const left = all.length - numbers.length;
  const notes =
    left === 0 ? [] : [`Left out: ${plural(left, 'image')} to compare with, of classes without images to train on.`];
  return { unseen: { dataset: unseen, numbers }, notes };
}

/**
 * The same without those of numbers that the model cannot be asked for, below or above those of its training images.
 * @throws InputError where none are left
 */
function withinNumbers(
  action: string,
  specs: readonly ConditionSpec[] = [],
  { unseen: { dataset, numbers }, notes }: Pick<RealImages, 'unseen' | 'notes'>,
): Pick<RealImages, 'unseen' | 'notes'> {
  const { names, values } = dataset.conditions ?? { names: [], values: new Float64Array(0) };
  const ranges = specs.flatMap(({ name, min, max }) =>
    names.includes(name) ? [{ k: names.indexOf(name), min, max }] : [],
  );
  const kept = numbers.filter((image) =>
    ranges.every(({ k, min, max }) => {
      const value = values[image * names.length + k]!;
      return value >= min && value <= max;
    }),
  );
  const left = numbers.length - kept.length;
  if (left === 0) return { unseen: { dataset, numbers }, notes };
  const known = specs.map(({ name, min, max }) => `${name} from ${min} to ${max}`).join(' and ');
  if (kept.length === 0) {
    throw new InputError(
      `Cannot ${action}: images to compare with must have ${known}, as the model learnt, but none has.`,
    );
  }
  const note = `Left out: ${plural(left, 'image')} to compare with. The model learnt only ${known}.`;
  return { unseen: { dataset, numbers: kept }, notes: [...notes, note] };
}

const TEST: NamedBy = { option: '--test-data', csv: '--test-csv' };

/**
 * The images with their classes numbered as in other images, by these names or by those that the classes have.
 * @throws InputError for a class that the others lack
 */
export function relabelled(
  action: string,
  { option, csv }: NamedBy,
  test: Dataset,
  { labels, classNames }: Dataset,
  names?: LabelNames,
): Dataset {
  if (labels === undefined || classNames === undefined) {
    const { labels: _, classNames: __, ...unlabelled } = test;
    return unlabelled;
  }
  if (test.labels === undefined || test.classNames === undefined) {
    throw new InputError(
      `Cannot ${action}: ${option} must have classes, as --data has, received images without classes: give a folder for each class, or ${csv}.`,
    );
  }
  const numbers = renameClasses(test.classNames, names).map((name) => classNames.indexOf(name));
  const strange = [...new Set(test.labels)].find((label) => numbers[label] === -1);
  if (strange !== undefined) {
    throw new InputError(
      `Cannot ${action}: ${option} must have classes of --data alone, received also ${test.classNames[strange]}.`,
    );
  }
  return { ...test, labels: test.labels.map((label) => numbers[label]!), classNames };
}
