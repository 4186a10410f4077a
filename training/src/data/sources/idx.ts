/** The source of an IDX image file, with the IDX file of its labels if there is one beside it. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { configureSharp, fitGray, MAX_PIXELS, orderedMap } from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';
import type { Frame, Source } from '../set/types.ts';
import { IMAGES_MAGIC, isIdx, LABELS_MAGIC, readIdxHeader, readIdxItems } from './idx-format.ts';

const IMAGES_NAME = /images[-.]idx3-ubyte(\.gz)?$/i;

/**
 * The IDX image file that `data` names: the file itself, or the one in a folder, `train-` before others; undefined if
 * there is none. Throws InputError if a folder holds several, and not exactly one is called train.
 */
export async function findIdxImages(data: string): Promise<string | undefined> {
  if (!statSync(data).isDirectory()) return IMAGES_NAME.test(data) || (await isIdx(data)) ? data : undefined;
  const all = readdirSync(data)
    .filter((name) => IMAGES_NAME.test(name) && isFile(join(data, name)))
    .sort();
  const plain = all.filter((name) => !(name.endsWith('.gz') && all.includes(name.slice(0, -3))));
  const train = plain.filter((name) => /train/i.test(name));
  const candidates = train.length > 0 ? train : plain;
  if (candidates.length > 1) {
    throw new InputError(
      `Cannot choose images: data must be one IDX file or a folder with one for training, received ${candidates.join(', ')} in ${data}.`,
      { subject: 'data' },
    );
  }
  return candidates[0] && join(data, candidates[0]);
}

/**
 * Opens an IDX image file (`train-images-idx3-ubyte.gz`) and the labels beside it (`train-labels-idx1-ubyte`, gzipped
 * or not). Throws InputError on a wrong header, a truncated file, or another number of labels than images.
 */
export async function openIdx(images: string): Promise<Source> {
  const header = await readIdxHeader(images, IMAGES_MAGIC);
  const [count, rows, columns] = header.dimensions as [number, number, number];
  if (rows * columns > MAX_PIXELS) {
    throw new InputError(
      `Cannot read the IDX file: images of ${images} must have at most ${MAX_PIXELS / 1e6} million pixels, received ${rows} x ${columns}.`,
    );
  }
  const labelsFile = labelsBeside(images);
  const labels = labelsFile === undefined ? undefined : await readLabels(labelsFile, count, images);
  const classes = labels && labels.reduce((a, b) => Math.max(a, b), 0) + 1;
  const files = labelsFile === undefined ? [images] : [images, labelsFile];
  return {
    name: basename(dirname(resolve(images))),
    identity: JSON.stringify(files.map((file) => [resolve(file), statSync(file).size, statSync(file).mtimeMs])),
    total: count,
    ...(classes && {
      classNames: Array.from({ length: classes }, (_, i) => String(i)),
      labelSource: basename(labelsFile!),
    }),
    notes: labels ? [] : [`No labels were found beside ${basename(images)}.`],
    frames(options) {
      configureSharp();
      let next = 0;
      const toFrame = async (pixels: Uint8Array): Promise<Frame> => {
        const label = labels?.[next++];
        const fitted = await fitGray(pixels, rows, columns, options);
        const picture = { pixels: fitted, origin: { width: columns, height: rows } };
        return label === undefined ? picture : { ...picture, label };
      };
      return orderedMap(readIdxItems(images, header), toFrame, 4);
    },
  };
}

/** `x-images-idx3-ubyte.gz` -> `x-labels-idx1-ubyte(.gz)`, whichever is there. */
function labelsBeside(images: string): string | undefined {
  const name = basename(images);
  if (!IMAGES_NAME.test(name)) return undefined;
  const stem = name
    .replace(/\.gz$/i, '')
    .replace(/images([-.])idx3/i, (all, mark) => `${all.startsWith('I') ? 'Labels' : 'labels'}${mark}idx1`);
  return [stem, `${stem}.gz`].map((file) => join(dirname(images), file)).find(isFile);
}

/** False for a pipe, which may never end, and for a link that leads nowhere. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function readLabels(path: string, count: number, images: string): Promise<Uint8Array> {
  const header = await readIdxHeader(path, LABELS_MAGIC);
  if (header.dimensions[0] !== count) {
    throw new InputError(
      `Cannot read the IDX file: ${path} must have ${count} labels, one for every image of ${basename(images)}, received ${header.dimensions[0]}.`,
    );
  }
  const labels = new Uint8Array(count);
  let at = 0;
  for await (const item of readIdxItems(path, header)) labels[at++] = item[0]!;
  return labels;
}
