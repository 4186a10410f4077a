/** A prepared dataset in words. */

import { formatPath, oneLine, plural } from '@onnoise/base/text';
import { nameChannels } from '@onnoise/scheduler/model';
import { conditionSpecs, type Dataset, listClasses } from '@onnoise/training/data';

/** Most skipped images and classes to name; the rest are counted. */
const NAMED = 20;

/** Lines with size, colour, classes, split, folder, notes, and skipped images with their reasons. */
export function describeDataset(dataset: Dataset): string[] {
  const { name, count, width, height, channels, channelNames, depth, train, validation, skipped, notes, cached } =
    dataset;
  const colour = `${nameChannels(channels, channelNames)}${depth ? ` of ${depth} bits` : ''}`;
  const lines = [
    `${name}: ${plural(count, 'image')} of ${width} x ${height}, ${colour}`,
    ...describeClasses(dataset),
    ...describeMasks(dataset),
    ...describeConditions(dataset),
  ];
  lines.push(`  ${train.length} to train on, ${validation.length} held out`);
  lines.push(`  ${cached ? 'found prepared in' : 'prepared in'} ${formatPath(dataset.folder)}`);
  for (const note of notes) lines.push(`  ${note}`);
  if (skipped.length > 0) {
    lines.push(`  ${skipped.length} skipped:`);
    for (const { file, reason } of skipped.slice(0, NAMED)) lines.push(`    ${file}: ${reason}`);
    if (skipped.length > NAMED) lines.push(`    and ${skipped.length - NAMED} more, listed in index.json there`);
  }
  return lines.map(oneLine);
}

/** One line about the classes and where they come from; a name with a comma is in quotes. */
function describeClasses({ classNames, labelSource }: Pick<Dataset, 'classNames' | 'labelSource'>): string[] {
  if (classNames === undefined) return [];
  const from = labelSource === undefined ? '' : ` by ${labelSource}`;
  const count = classNames.length === 1 ? '1 class' : `${classNames.length} classes`;
  return [`  ${count}${from}: ${listClasses(classNames, NAMED)}`];
}

function describeMasks({ beside }: Pick<Dataset, 'beside'>): string[] {
  if (!beside?.mask) return [];
  return [`  masks of ${beside.mask.classes.length} classes: ${listClasses(beside.mask.classes, NAMED)}`];
}

function describeConditions({ conditions }: Pick<Dataset, 'conditions'>): string[] {
  if (conditions === undefined) return [];
  return conditionSpecs(conditions).map(
    ({ name, min, max, mean }) => `  ${name} from ${min} to ${max}, ${Number(mean.toPrecision(4))} on average`,
  );
}

/** The same for programs. */
export function summariseDataset(dataset: Dataset): object {
  const { name, hash, folder, count, width, height, channels, depth = 8, train, validation } = dataset;
  const { channelNames = null, classNames = null, labelSource = null, phantoms = 0, skipped, notes, cached } = dataset;
  const images = { count, width, height, channels, depth, train: train.length, validation: validation.length };
  const maskClasses = dataset.beside?.mask?.classes ?? null;
  const conditions = dataset.conditions ? conditionSpecs(dataset.conditions) : null;
  return {
    name,
    hash,
    folder,
    cached,
    ...images,
    channelNames,
    classNames,
    maskClasses,
    conditions,
    labelSource,
    phantoms,
    skipped,
    notes,
  };
}
