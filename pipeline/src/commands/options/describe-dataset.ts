/** A prepared dataset in words. */
import type { Dataset } from '../../data/types.ts';
import { formatPath, plural } from '../../terminal/format.ts';

/** Skipped images and classes named one by one; the rest is counted. */
const NAMED = 20;

/** Lines that tell size, colour, classes, split, where it is, notes, and every skipped image with its reason. */
export function describeDataset(dataset: Dataset): string[] {
  const { name, count, width, height, channels, classNames, train, validation, skipped, notes, cached } = dataset;
  const colour = channels === 1 ? 'gray' : 'RGB';
  const lines = [`${name}: ${plural(count, 'image')} of ${width} x ${height}, ${colour}`];
  if (classNames) {
    const more = classNames.length > NAMED ? ', ...' : '';
    lines.push(`  ${classNames.length} classes: ${classNames.slice(0, NAMED).join(', ')}${more}`);
  }
  lines.push(`  ${train.length} to train on, ${validation.length} held out`);
  lines.push(`  ${cached ? 'found prepared in' : 'prepared in'} ${formatPath(dataset.folder)}`);
  for (const note of notes) lines.push(`  ${note}`);
  if (skipped.length > 0) {
    lines.push(`  ${skipped.length} skipped:`);
    for (const { file, reason } of skipped.slice(0, NAMED)) lines.push(`    ${file}: ${reason}`);
    if (skipped.length > NAMED) lines.push(`    and ${skipped.length - NAMED} more, listed in index.json there`);
  }
  return lines;
}

/** The same for programs. */
export function summariseDataset(dataset: Dataset): object {
  const { name, hash, folder, count, width, height, channels, classNames, train, validation } = dataset;
  const { skipped, notes, cached } = dataset;
  const images = { count, width, height, channels, train: train.length, validation: validation.length };
  return { name, hash, folder, cached, ...images, classNames: classNames ?? null, skipped, notes };
}
