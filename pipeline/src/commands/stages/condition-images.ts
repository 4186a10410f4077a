/** Reads the masks or pictures that `pipeline sample` and others tell a model of, a file each or a folder of them. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskFailure } from '@onnoise/base/files';
import { fitLabels, type LabelGrid, openLabelFile } from '@onnoise/base/labels';
import { type Fit, readPicture } from '@onnoise/runtime-node';
import {
  type Artefact,
  type ConditionImage,
  type ConditionImages,
  classNumbers,
  type MaskLabels,
  TOLD_PICTURE,
} from '@onnoise/scheduler/model';
import { InputError, refuse } from '@onnoise/scheduler/rules';

export interface ConditionImageArguments {
  /** A label map, or a folder of them. */
  masks?: string | undefined;
  /** A picture, or a folder of them. */
  conditionImages?: string | undefined;
  fit?: Fit | undefined;
}

export interface ReadConditionImages {
  /** As a request takes them. */
  conditionImages: ConditionImages;
  /** Names of the files, in their order. */
  files: string[];
}

const ACTION = 'sample images';

/**
 * undefined where none are given.
 * @throws InputError for what the model does not take, for files that are no masks or pictures, and for sizes and classes other than the
 * model's; Failure where the disk does not work
 */
export async function readConditionImages(
  { masks, conditionImages: pictures, fit }: ConditionImageArguments,
  { conditionImage: spec }: Pick<Artefact, 'conditionImage'>,
): Promise<ReadConditionImages | undefined> {
  const place = masks ?? pictures;
  if (place === undefined) return undefined;
  const flag = masks === undefined ? '--condition-images' : '--masks';
  if (masks !== undefined && pictures !== undefined)
    refuse(ACTION, '--condition-images', 'left out with --masks', pictures);
  if (spec === undefined) refuse(ACTION, flag, 'left out, this model takes none', place);
  const wanted = spec.mask ? '--masks' : '--condition-images';
  if (flag !== wanted) {
    refuse(ACTION, flag, `left out, this model takes ${spec.mask ? 'masks' : 'pictures'} (${wanted})`, place);
  }
  const files = await filesAt(place, flag);
  const read = spec.mask
    ? (path: string) => readMask(path, spec, spec.mask!, fit)
    : (path: string) => readOther(path, spec, fit);
  const all: ConditionImages[] = [];
  for (const path of files) all.push(await read(path));
  const Values = spec.mask ? Uint8Array : Float32Array;
  const joined = new Values(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of all) {
    joined.set(one, at);
    at += one.length;
  }
  return { conditionImages: joined, files: files.map((path) => basename(path)) };
}

/** The file itself, or the pictures in a folder, by name. */
async function filesAt(place: string, flag: string): Promise<string[]> {
  const found = await stat(place).catch((error) => {
    throw diskFailure(error, `read ${flag} ${place}`);
  });
  if (!found.isDirectory()) return [place];
  const { walkImages } = await import('@onnoise/training/data');
  const { images } = walkImages(place);
  if (images.length === 0) refuse(ACTION, flag, 'a file, or a folder with some', `an empty folder, ${place}`);
  return images.map(({ path }) => join(place, path));
}

/** Class numbers [H, W]. */
async function readMask(
  path: string,
  { shape: [, height, width] }: ConditionImage,
  labels: MaskLabels,
  fit: Fit | undefined,
): Promise<Uint8Array> {
  const refuseFile = (reason: string): never => {
    throw new InputError(`Cannot ${ACTION}: the mask ${path} cannot be used: ${reason}.`);
  };
  const grid: LabelGrid = await openLabelFile(path)
    .then((file) => file.read(0))
    .catch((error: Error) => refuseFile(error.message));
  const fits = grid.width === width && grid.height === height;
  if (!fits && fit === undefined) {
    refuseFile(
      `it is ${grid.width} x ${grid.height} pixels, and the model's pictures are ${width} x ${height} (--fit resizes it)`,
    );
  }
  const values = fits ? grid.labels : fitLabels(grid, grid, { size: `${width}x${height}`, fit: fit! });
  try {
    return classNumbers(values, labels);
  } catch (error) {
    return refuseFile((error as Error).message);
  }
}

/** [K, H, W] in [-1, 1] */
async function readOther(path: string, { shape }: ConditionImage, fit: Fit | undefined): Promise<Float32Array> {
  const bytes = await readFile(path).catch((error) => {
    throw diskFailure(error, `read ${path}`);
  });
  return readPicture({ bytes, name: path, fit, use: TOLD_PICTURE }, shape);
}

/** Of a place, for sentences: `the masks of drawings` */
export const describeConditionImages = ({ masks, conditionImages }: ConditionImageArguments): string => {
  const place = masks ?? conditionImages;
  if (place === undefined) return '';
  return ` of ${masks === undefined ? 'pictures' : 'masks'} in ${basename(place) || dirname(place)}`;
};
