/** The one call behind `--data`: from whatever the user has to a Dataset, through the prepared cache. */
import { join } from 'node:path';
import { checkInteger, refuse } from '@onnoise/scheduler';
import { requireSpace } from '../disk-errors.ts';
import { checkWritable } from '../output.ts';
import { buildStored, refuseSkipped } from './build.ts';
import { withFileErrors } from './file-errors.ts';
import { openSource } from './open-source.ts';
import { fileReader, memoryReader } from './pixel-reader.ts';
import { splitImages } from './split.ts';
import { cacheKey, DATA_FILE, loadStored } from './stored.ts';
import type { Dataset, ImageOptions, PrepareOptions, PrepareProgress } from './types.ts';

/** Largest side of prepared images, in pixels. */
const MAX_SIZE = 2048;

const MEMORY_LIMIT = 256 << 20;

const KNOWN: readonly (keyof PrepareOptions)[] = [
  'data',
  'csv',
  'labelColumn',
  'size',
  'channels',
  'fit',
  'validationShare',
  'seed',
  'strict',
  'cacheDir',
  'background',
  'memoryLimit',
];

/**
 * Prepares a set of images, or finds it prepared by an earlier run: then no picture is decoded and `onProgress` is not called.
 *
 * The cache key hashes what the source is made of (for folders the path of the folder and the path, size and time of change of
 * every image, for a CSV also its text, for IDX the path, size and time of change of the files, for the digits the version of
 * their package) and size, channels, fit and background. Seed and share of the split are not in it: they cost nothing.
 *
 * @throws InputError when an option is wrong, the source is unusable, or nothing can be written to cacheDir
 */
export async function prepareDataset(
  options: PrepareOptions,
  onProgress?: (progress: PrepareProgress) => void,
  signal?: AbortSignal,
): Promise<Dataset> {
  checkOptions(options);
  const { data, cacheDir, strict, validationShare, seed, memoryLimit = MEMORY_LIMIT } = options;
  const image = imageOptions(options);
  const source = await withFileErrors('prepare images', data, () => openSource(options));
  const folder = join(cacheDir, cacheKey(source.identity, image));
  let stored = loadStored(folder, memoryLimit);
  const cached = stored !== undefined;
  if (!stored) {
    await checkWritable('--cache-dir', cacheDir, 'folder');
    const least = source.total * image.size ** 2 * (image.channels ?? 1);
    await requireSpace(cacheDir, least, `write the prepared images in ${cacheDir}`);
    await withFileErrors('write the prepared images', cacheDir, () =>
      buildStored(source, folder, { image, strict, memoryLimit, onProgress, signal }),
    );
    stored = loadStored(folder, memoryLimit);
    if (!stored) throw new Error(`The images prepared in ${folder} cannot be read back.`);
  }
  const { index } = stored;
  if (strict && index.skipped.length > 0) refuseSkipped(source.name, index.skipped);
  const { hash, count, channels, height, width, labels, classNames, skipped } = index;
  const imageBytes = channels * height * width;
  const reader = stored.data
    ? memoryReader(stored.data, imageBytes)
    : fileReader(join(folder, DATA_FILE), count, imageBytes);
  return {
    name: source.name,
    hash,
    count,
    channels,
    height,
    width,
    ...(labels && classNames && { labels: Int32Array.from(labels), classNames }),
    ...splitImages(count, validationShare, seed),
    skipped,
    notes: [...source.notes, ...index.notes],
    cached,
    folder,
    ...reader,
  };
}

function imageOptions({ size, channels, fit, background = 'black' }: PrepareOptions): ImageOptions {
  return { size, ...(channels && { channels }), fit, background };
}

function checkOptions(options: PrepareOptions): void {
  const action = 'prepare images';
  const unknown = Object.keys(options).find((key) => !(KNOWN as readonly string[]).includes(key));
  if (unknown !== undefined) refuse(action, 'options', `among ${KNOWN.join(', ')}`, unknown);
  const { data, csv, labelColumn, size, channels, fit, validationShare, seed, strict, cacheDir, background } = options;
  checkText(action, 'data', data);
  checkText(action, 'cacheDir', cacheDir);
  if (csv !== undefined) checkText(action, 'csv', csv);
  if (labelColumn !== undefined) checkText(action, 'labelColumn', labelColumn);
  checkInteger(action, 'size', size, 1, MAX_SIZE);
  checkInteger(action, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (channels !== undefined && channels !== 1 && channels !== 3) refuse(action, 'channels', '1 or 3', channels);
  if (fit !== 'crop' && fit !== 'pad') refuse(action, 'fit', '"crop" or "pad"', fit);
  if (background !== undefined && background !== 'black' && background !== 'white') {
    refuse(action, 'background', '"black" or "white"', background);
  }
  if (!(typeof validationShare === 'number' && validationShare >= 0 && validationShare < 1)) {
    refuse(action, 'validationShare', 'a number from 0 to below 1', validationShare);
  }
  if (typeof strict !== 'boolean') refuse(action, 'strict', 'true or false', strict);
}

function checkText(action: string, name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') refuse(action, name, 'a non-empty text', value);
}
