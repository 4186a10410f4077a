/** What must be so of the options and of the images, before a network is trained. */
import { formatValue } from '@onnoise/scheduler/model';
import { check, InputError, integer, refuse, worded } from '@onnoise/scheduler/rules';
import { conditionSpecs, listClasses } from '@onnoise/training/data';
import { maskClassesOf } from '../features/index.ts';
import { shapeOf } from '../measures/images.ts';
import type { Part } from '../membership/index.ts';
import type { PicturePlace } from '../pictures/open.ts';
import { NAMED } from './names.ts';
import type { TaskName } from './settings.ts';
import type { NamedSet, Task, UtilityImages } from './types.ts';

/** Classes to name in a sentence. */
const MOST_NAMED = 10;

/** Which options each task has, in the order in which they are asked for. */
const OPTIONS = [
  { key: 'labelColumn', flag: '--label-column', task: 'classify' },
  { key: 'labelNames', flag: '--label-names', task: 'classify' },
  { key: 'conditionColumns', flag: '--condition-columns', task: 'regress' },
  { key: 'masks', flag: '--masks', task: 'segment' },
  { key: 'maskClasses', flag: '--mask-classes', task: 'segment' },
] as const;

/** Before anything is read. */
export function requireTask(action: string, name: TaskName, { typed, test, synthetic }: UtilityImages): void {
  for (const { key, flag, task } of OPTIONS) {
    if (typed[key] !== undefined && task !== name) refuse(action, flag, `left out with --task ${name}`, typed[key]);
  }
  if (test === undefined && typed.validationShare === 0) {
    throw new InputError(
      `Cannot ${action}: --validation-share must be above 0 without --test-data, received 0: no network may learn from the images that it is tested on.`,
    );
  }
  const column = typed.conditionColumns as string | undefined;
  if (name === 'regress' && (column === undefined || column.includes(','))) {
    refuse(action, '--condition-columns', 'the one column of the number with --task regress', column ?? 'nothing');
  }
  for (const [flag, masks, wanted] of [
    ['--masks', typed.masks, true],
    ['--test-masks', test?.masks, test !== undefined],
    // Shards may hold their own.
    ['--synthetic-masks', synthetic.masks, false],
  ] as const) {
    if (name !== 'segment' && masks !== undefined) refuse(action, flag, `left out with --task ${name}`, masks);
    if (name === 'segment' && wanted && masks === undefined) lackMasks(action, flag, 'nothing');
  }
}

function lackMasks(action: string, flag: string, received: string): never {
  throw new InputError(`Cannot ${action}: ${flag} must name the masks with --task segment, received ${received}.`);
}

/** Once shards are unpacked. @returns the folder of the masks of the synthetic images, if the task has to do with some */
export function syntheticMasks(
  action: string,
  name: TaskName,
  { data, masks }: NamedSet,
  place: Pick<PicturePlace, 'data' | 'masks'>,
): string | undefined {
  if (name !== 'segment') return undefined;
  const received =
    place.data === data ? 'nothing' : 'nothing, and what was unpacked holds none whose classes have names';
  return masks ?? place.masks ?? lackMasks(action, NAMED.synthetic.masks, received);
}

/** @throws InputError for images that all show the same */
export function taskOf(action: string, name: TaskName, { dataset, numbers }: Part): Task {
  const { labels, classNames, conditions, beside } = dataset;
  if (name === 'classify') {
    const found = new Set(Array.from(numbers, (image) => labels![image]!));
    if (found.size > 1) return { name, classNames: classNames! };
    const one = [...found].map((label) => classNames![label]!).join();
    throw new InputError(
      `Cannot ${action}: --data must have two classes at least to train on, received ${one || 'none'} alone.`,
    );
  }
  if (name === 'regress') {
    const [number] = conditions!.names as [string];
    const found = new Set(Array.from(numbers, (image) => conditions!.values[image]!));
    if (found.size > 1) return { name, number };
    throw new InputError(
      `Cannot ${action}: ${number} must differ among the images of --data, received ${[...found]} for all.`,
    );
  }
  const mask = beside!.mask!;
  return { name, classNames: mask.classes, about: maskClassesOf(mask, shapeOf(dataset)) };
}

/** Classes that a set lacks, and numbers that are not like those of `--data`: a column in another unit, perhaps. */
export function noteUnlike(
  task: Task,
  { pool, tested, synthetic }: Record<'pool' | 'tested' | 'synthetic', Part>,
  notes: string[],
): void {
  const others = [
    ['synthetic', synthetic],
    ['test', tested],
  ] as const;
  if (task.name === 'classify') {
    const of = ({ dataset, numbers }: Part) => new Set(Array.from(numbers, (image) => dataset.labels![image]!));
    for (const [words, part] of others) {
      const there = of(part);
      const missing = [...of(pool)].filter((label) => !there.has(label)).map((label) => task.classNames[label]!);
      if (missing.length > 0) notes.push(`The ${words} images have none of ${listClasses(missing, MOST_NAMED)}.`);
    }
  }
  if (task.name === 'regress') {
    const of = ({ dataset, numbers }: Part) => conditionSpecs(dataset.conditions!, numbers)[0]!;
    const { min, max } = of(pool);
    for (const [words, part] of others) {
      const { mean } = of(part);
      if (mean >= min && mean <= max) continue;
      notes.push(
        `The ${words} images have a mean ${task.number} of ${formatValue(mean)}, and those of --data only ${formatValue(min)} to ${formatValue(max)}: look whether both have the same unit.`,
      );
    }
  }
}

/** @throws InputError for more real images than there are, and fewer than there are classes */
export function requireCounts(action: string, counts: readonly number[], task: Task, { dataset, numbers }: Part): void {
  const classes = task.name === 'classify' ? new Set(Array.from(numbers, (i) => dataset.labels![i])).size : 2;
  const rule = worded(
    `from ${classes}${task.name === 'classify' ? ', one for each class,' : ''} to ${numbers.length}, the real images to train on`,
    integer(classes, numbers.length),
  );
  for (const count of counts) check(action, 'each of --real-count', rule, count);
}
