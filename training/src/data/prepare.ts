/** The call behind `--data`: makes a Dataset from any source, through the prepared cache. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkWritable, requireCacheApart, withDiskErrors } from '@onnoise/base/files';
import { Failure } from '@onnoise/base/terminal';
import { buildStored, refuseResized, refuseSkipped } from './build.ts';
import { checkOptions, imageOptions } from './check-options.ts';
import { openBeside } from './open-beside.ts';
import { besideReader } from './set/beside-reader.ts';
import { notesOnUnnamed } from './set/beside-writer.ts';
import { renameClasses } from './set/label-names.ts';
import { deepReader, fileReader, memoryReader } from './set/pixel-reader.ts';
import { splitImages } from './set/split.ts';
import { DATA_FILE, findStored, type Stored } from './set/stored.ts';
import type { Dataset, PrepareOptions, PrepareProgress, Source } from './set/types.ts';
import { notesOnHeldOut } from './set/used-classes.ts';
import { openSource } from './sources/open-source.ts';

const MEMORY_LIMIT = 256 << 20;

/**
 * Prepares a set of images, or finds it in the cache: then it decodes no picture and does not call `onProgress`.
 *
 * The cache key hashes the source (for a folder its path and every image's path, size and time of change; for a CSV
 * also its text; for IDX the path, size and time of change of the files; for the digits the version of their package),
 * size, fit and background, and the images' final channels. It leaves out what costs nothing: the seed and share of the
 * split, and the names of classes.
 *
 * @throws InputError when an option is wrong, the source is unusable, or nothing may be written to cacheDir
 * @throws Failure when the disk is full or broken
 */
export async function prepareDataset(
  options: PrepareOptions,
  onProgress?: (progress: PrepareProgress) => void,
  signal?: AbortSignal,
): Promise<Dataset> {
  checkOptions(options);
  const { data, cacheDir, strict, memoryLimit = MEMORY_LIMIT } = options;
  await requireCacheApart(cacheDir, data);
  const source = await withDiskErrors(`prepare the images of ${data}`, async () =>
    openSource(options, await openBeside(options)),
  );
  const image = imageOptions(options, source);
  const find = () => findStored(cacheDir, source.identity, image, memoryLimit);
  let stored = find();
  const cached = stored !== undefined;
  if (!stored) {
    await checkWritable('--cache-dir', cacheDir, 'folder');
    await withDiskErrors(`write the prepared images in ${cacheDir}`, () =>
      buildStored(source, { image, strict, cacheDir, memoryLimit, onProgress, signal }),
    );
    // While another process replaces a damaged folder, there is none for a moment.
    for (let attempt = 1; !stored && attempt <= 20; attempt++) stored = find() ?? (await sleep(50, undefined));
    if (!stored) throw new Failure(`Cannot read the images prepared in ${cacheDir}: the written folder is gone.`);
  }
  if (strict && stored.index.skipped.length > 0) refuseSkipped(source.name, stored.index.skipped);
  if (strict && stored.index.beside?.resized) refuseResized(source.name);
  return toDataset(source, stored, options, cached);
}

function toDataset(source: Source, stored: Stored, options: PrepareOptions, cached: boolean): Dataset {
  const { folder, index, data } = stored;
  const {
    hash,
    count,
    channels,
    coloured,
    height,
    width,
    labels,
    classNames,
    conditions,
    groups,
    phantoms,
    levels,
    beside,
    pixelSpacing,
    skipped,
  } = index;
  const depth = index.depth ?? 8;
  const imageBytes = (channels * height * width * depth) / 8;
  const reader = data ? memoryReader(data, imageBytes) : fileReader(join(folder, DATA_FILE), count, imageBytes);
  const split = splitImages(count, options.validationShare, options.seed, groups);
  const notes = [...source.notes, ...index.notes];
  if (options.channels === undefined && depth === 8 && coloured > 0 && coloured < count) {
    notes.push(`${coloured} of ${count} images have colour, so all are kept as RGB (channels 1 would make them gray).`);
  }
  if (options.channels === undefined && depth === 16 && coloured > 0) {
    notes.push(
      `${coloured} of ${count} images have colour, which becomes gray of 8 bits (channels 3 keeps it, and 16 bits).`,
    );
  }
  if (beside?.values) notes.push(...notesOnUnnamed(beside.values, source.beside?.names));
  const names = classNames && renameClasses(classNames, options.labelNames);
  if (groups && split.validation.length > 0) {
    const column = source.groupColumn;
    notes.push(
      column === undefined
        ? 'Training and held-out images share no patient, study or file.'
        : `Training and held-out images share no value of ${column}.`,
    );
  }
  if (labels && names) notes.push(...notesOnHeldOut(names, labels, split.train));
  const { name, labelSource, channelNames = index.channelNames } = source;
  const others = beside && besideReader(stored, beside, source.beside?.names);
  return {
    name,
    hash,
    count,
    channels,
    ...(channelNames && { channelNames }),
    ...(index.depth && { depth: index.depth }),
    height,
    width,
    ...(labels && names && { labels: Int32Array.from(labels), classNames: names, labelSource: labelSource ?? name }),
    ...(conditions && { conditions: { ...conditions, values: Float64Array.from(conditions.values) } }),
    ...(phantoms !== undefined && { phantoms }),
    ...(levels && { levels }),
    ...(others && { beside: others }),
    ...(pixelSpacing && { pixelSpacing }),
    ...(groups && { groups }),
    ...split,
    skipped,
    notes,
    cached,
    folder,
    ...(depth === 16 ? deepReader(reader) : reader),
    close() {
      reader.close();
      others?.close();
    },
  };
}
