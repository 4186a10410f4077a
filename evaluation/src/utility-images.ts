/** The images of a measurement of utility: real ones to choose from, others to test on, and synthetic ones, none in two of them. */
import { basename, resolve } from 'node:path';
import { plural } from '@onnoise/base/text';
import { nameChannels } from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';
import type { Dataset, PrepareOptions } from '@onnoise/training/data';
import { knownImages, relabelled } from './data.ts';
import { readImages, shapeOf } from './measures/images.ts';
import { keyOf, type Part } from './membership/index.ts';
import { classNamesOf, naming, requireApart } from './pictures/files.ts';
import { openPlace } from './pictures/open.ts';
import type { EvaluationHooks } from './sets/hooks.ts';
import type { NamedBy } from './sets/real-images.ts';
import {
  fitAll,
  NAMED,
  noteUnlike,
  optionsBeside,
  requireClasses,
  requireTest,
  separate,
  syntheticOptions,
  type TestSet,
  testSetOf,
  type UtilityImages,
  utilityDefaults,
} from './utility/index.ts';

interface UtilitySets {
  classNames: readonly string[];
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
  images: UtilityImages,
  hooks: Pick<EvaluationHooks, 'prepare' | 'signal'>,
): Promise<UtilitySets> {
  const { test, synthetic } = images;
  requireTest(action, images);
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
    const prepare = async ({ option }: NamedBy, options: PrepareOptions) => {
      const dataset = await naming({ action, option }, () => hooks.prepare(options));
      opened.push(dataset);
      return dataset;
    };
    const fit = await fitAll(action, base, place, test, hooks.signal);
    const fitted = { ...base, ...fit.fitted };
    const real = withClasses(action, NAMED.data, await prepare(NAMED.data, fitted));
    const others = test && (await prepare(NAMED.test, { ...optionsBeside(test, fitted), strict: fitted.strict }));
    const made = await prepare(NAMED.synthetic, {
      ...syntheticOptions(place, synthetic, fitted),
      strict: true,
    });
    const wanted = { action, real, options: fitted };
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
    const classNames = requireClasses(action, apart.pool);
    noteUnlike(classNames, apart, notes);
    return {
      classNames,
      ...apart,
      test: await readTest(apart.tested),
      keys: {
        data: keyOfPart(apart.pool),
        test: keyOfPart(apart.tested),
        synthetic: keyOfPart(apart.synthetic),
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

/** Without what no network learns. @throws InputError where it lacks classes */
function withClasses(action: string, { option, csv }: NamedBy, dataset: Dataset): Dataset {
  const { labels, classNames, conditions, beside, ...images } = dataset;
  if (labels && classNames) return { ...images, labels, classNames };
  throw new InputError(
    `Cannot ${action}: ${option} must have classes, received images without: give a folder for each class, or ${csv} with --label-column.`,
  );
}

interface Fit {
  action: string;
  real: Dataset;
  options: PrepareOptions;
}

/** Other images with classes numbered as those of `--data` are. */
function matched({ action, real, options }: Fit, named: NamedBy, others: Dataset): Dataset {
  const dataset = withClasses(action, named, others);
  const [wanted, given] = [shapeOf(real), shapeOf(dataset)];
  if (given.join() !== wanted.join()) {
    refuse(action, named.option, `of ${nameChannels(wanted[0])}, as --data is`, nameChannels(given[0]));
  }
  return relabelled(action, named, dataset, real, options.labelNames);
}

function notesOf({ notes, skipped, name }: Dataset): string[] {
  const [first] = skipped;
  const left =
    first === undefined
      ? []
      : [`${plural(skipped.length, 'image')} of ${name} cannot be used, such as ${first.file}: ${first.reason}.`];
  return [...notes, ...left];
}

async function readTest({ dataset, numbers }: Part): Promise<TestSet> {
  const groups = Array.from(numbers, (image, i) => dataset.groups?.[image] ?? i);
  return testSetOf(await readImages(dataset, numbers), groups);
}

function keyOfPart({ dataset, numbers }: Part): string {
  const labels = Array.from(numbers, (image) => dataset.labels![image]);
  // The last stood for masks: runs of the same images go on.
  return keyOf(dataset.hash, Array.from(numbers), labels, dataset.classNames!, null);
}
