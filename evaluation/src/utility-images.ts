/** The images of a measurement of utility: real ones to choose from, others to test on, and synthetic ones, none in two of them. */
import { basename, resolve } from 'node:path';
import { plural } from '@onnoise/base/text';
import { nameChannels } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import type { Dataset, PrepareOptions } from '@onnoise/training/data';
import { withMaskClasses } from './beside.ts';
import { knownImages, relabelled } from './data.ts';
import { digestOfMasks } from './features/index.ts';
import { readBeside, readImages, shapeOf } from './measures/images.ts';
import { keyOf, type Part } from './membership/index.ts';
import { classNamesOf, naming, requireApart } from './pictures/files.ts';
import { openPlace } from './pictures/open.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { ImageSet } from './sets/types.ts';
import {
  countedImages,
  fitAll,
  NAMED,
  noteUnlike,
  optionsBeside,
  requireTask,
  type SetName,
  separate,
  syntheticMasks,
  syntheticOptions,
  type Task,
  type TaskName,
  type TestSet,
  taskOf,
  testSetOf,
  type UtilityImages,
  utilityDefaults,
} from './utility/index.ts';

export interface UtilitySets {
  task: Task;
  pool: Part;
  test: TestSet;
  tested: Part;
  synthetic: Part;
  /** Pictures with the very pixels of real images that runs choose from. */
  copies: number;
  /** SHA-256 of each set with all that belongs to it. */
  keys: { data: string; test: string; synthetic: string };
  notes: string[];
  close(): Promise<void>;
}

/** @throws InputError for images that cannot be read, do not fit each other or the task, or are in two sets */
export async function openUtilityImages(
  action: string,
  name: TaskName,
  images: UtilityImages,
  hooks: Pick<EvaluationHooks, 'prepare' | 'signal'>,
): Promise<UtilitySets> {
  const { test, synthetic } = images;
  requireTask(action, name, images);
  const { source, ...settings } = { ...utilityDefaults(), ...images.typed };
  const base = { ...settings, data: source, ...(test && { validationShare: 0 }) } as unknown as PrepareOptions;
  for (const { option, data } of [
    { option: '--data', data: base.data },
    { option: '--test-data', data: test?.data },
  ]) {
    await requireApart(action, { option, data }, { option: '--synthetic', data: synthetic.data });
  }
  const place = await openPlace(synthetic.data, base.cacheDir);
  const opened: Dataset[] = [];
  const close = async () => {
    for (const each of opened) each.close();
    await place.close();
  };
  try {
    const masks = syntheticMasks(action, name, synthetic, place);
    const prepare = async ({ option }: SetName, options: PrepareOptions) => {
      const dataset = await naming({ action, option }, () => hooks.prepare(options));
      opened.push(dataset);
      return dataset;
    };
    const fit = await fitAll(action, base, place, test, hooks.signal);
    const fitted = { ...base, ...fit.fitted };
    const real = ofTask(action, name, NAMED.data, await prepare(NAMED.data, fitted));
    const others = test && (await prepare(NAMED.test, { ...optionsBeside(test, fitted), strict: fitted.strict }));
    const made = await prepare(NAMED.synthetic, {
      ...syntheticOptions(place, { ...synthetic, masks }, fitted, real),
      strict: true,
    });
    const wanted = { action, name, real, options: fitted };
    const unseen = others ? matched(wanted, NAMED.test, others) : real;
    const pictures = {
      ...matched(wanted, NAMED.synthetic, withClassNames(made, real)),
      name: basename(resolve(synthetic.data)), // not that of the place where they were unpacked
    };
    const known = knownImages(action, real, unseen, others ? unseen.train : unseen.validation);
    const notes = [
      ...fit.notes,
      ...new Set([real, ...(others ? [unseen] : []), pictures].flatMap(notesOf)),
      ...known.notes,
    ];
    const sets = { pool: { dataset: real, numbers: real.train }, tested: known.unseen, synthetic: all(pictures) };
    const apart = await separate(action, sets, { base: fitted, test, place, synthetic }, notes);
    const task = taskOf(action, name, apart.pool);
    noteUnlike(task, apart, notes);
    return {
      task,
      ...apart,
      test: await readTest(action, task, apart.tested),
      keys: {
        data: await keyOfPart(apart.pool),
        test: await keyOfPart(apart.tested),
        synthetic: await keyOfPart(apart.synthetic),
      },
      notes,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const all = (dataset: Dataset): Part => ({ dataset, numbers: dataset.train });

function withClassNames(made: Dataset, real: Dataset): Dataset {
  return made.classNames === undefined ? made : { ...made, classNames: classNamesOf(made, real) };
}

/** Without what another task would learn. @throws InputError where it lacks what this one does */
function ofTask(action: string, name: TaskName, { option, csv }: SetName, dataset: Dataset): Dataset {
  const { labels, classNames, conditions, beside, ...images } = dataset;
  if (name === 'classify') {
    if (labels && classNames) return { ...images, labels, classNames };
    throw new InputError(
      `Cannot ${action}: ${option} must have classes with --task classify, received images without: give a folder for each class, or ${csv} with --label-column.`,
    );
  }
  if (name === 'regress') {
    if (conditions) return { ...images, conditions };
    throw new InputError(
      `Cannot ${action}: ${option} must have numbers with --task regress, received images without: name their table with ${csv}.`,
    );
  }
  if (beside?.mask) return { ...images, beside };
  throw new InputError(`Cannot ${action}: ${option} must have masks with --task segment, received images without.`);
}

interface Fit {
  action: string;
  name: TaskName;
  real: Dataset;
  options: PrepareOptions;
}

/** Other images with classes and masks numbered as those of `--data` are. */
function matched({ action, name, real, options }: Fit, named: SetName, others: Dataset): Dataset {
  const dataset = ofTask(action, name, named, others);
  const [wanted, given] = [shapeOf(real), shapeOf(dataset)];
  if (given.join() !== wanted.join()) {
    refuse(action, named.option, `of ${nameChannels(wanted[0])}, as --data is`, nameChannels(given[0]));
  }
  if (name === 'segment') {
    return withMaskClasses(action, { option: named.masks, of: 'the classes of --masks' }, dataset, real.beside!.mask!);
  }
  return name === 'classify' ? relabelled(action, named, dataset, real, options.labelNames) : dataset;
}

function notesOf({ notes, skipped, name }: Dataset): string[] {
  const [first] = skipped;
  const left =
    first === undefined
      ? []
      : [`${plural(skipped.length, 'image')} of ${name} cannot be used, such as ${first.file}: ${first.reason}.`];
  return [...notes, ...left];
}

async function readTest(action: string, task: Task, { dataset, numbers }: Part): Promise<TestSet> {
  const masks = await readBeside(dataset, numbers);
  const images: ImageSet = { ...(await readImages(dataset, numbers)), ...(masks && { masks }) };
  const groups = Array.from(numbers, (image, i) => dataset.groups?.[image] ?? i);
  const test = testSetOf(task, images, groups, countedImages(task, images));
  if (test.weights.every((weight) => weight === 0)) {
    throw new InputError(
      `Cannot ${action}: the masks of the test images must show a class beside background, received none.`,
    );
  }
  return test;
}

async function keyOfPart({ dataset, numbers }: Part): Promise<string> {
  const masks = dataset.beside?.mask ? await digestOfMasks(dataset, numbers) : null;
  const labels = dataset.labels && Array.from(numbers, (image) => dataset.labels![image]);
  return keyOf(dataset.hash, Array.from(numbers), labels ?? null, dataset.classNames ?? null, masks);
}
