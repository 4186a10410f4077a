/** Reads the masks or pictures that `pipeline sample` and others tell a model of, a file each or a folder of them. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { diskFailure } from '@onnoise/base/files';
import type { Fit } from '@onnoise/runtime-node';
import { type Artefact, type ConditionImages, toldInPictures } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';

const ACTION = 'sample images';

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
  /** Names of the files, in their order; of a file with several pictures one for each, with its number. */
  files: string[];
}

/**
 * undefined where none are given.
 * @param folder of the model, whose training.json says how files were read
 * @throws InputError for what the model does not take, for files that are no masks or pictures, and for sizes and classes other than the
 * model's; Failure where the disk does not work
 */
export async function readConditionImages(
  { masks, conditionImages: pictures, fit }: ConditionImageArguments,
  model: Pick<Artefact, 'conditionImage' | 'autoencoder'>,
  folder: string,
): Promise<ReadConditionImages | undefined> {
  const spec = toldInPictures(model);
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
  const { readMasks, readToldPictures, toldSettings } = await import('./told-files.ts');
  const told = { spec, settings: await toldSettings(folder), fit };
  const read = (path: string): Promise<ConditionImages[]> =>
    spec.mask ? readMasks(path, told, spec.mask) : readToldPictures(path, told);
  const all: ConditionImages[] = [];
  const names: string[] = [];
  for (const path of files) {
    const found = await read(path);
    all.push(...found);
    names.push(...found.map((_, i) => (found.length === 1 ? basename(path) : `${basename(path)} ${i + 1}`)));
  }
  const Values = spec.mask ? Uint8Array : Float32Array;
  const joined = new Values(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of all) {
    joined.set(one, at);
    at += one.length;
  }
  return { conditionImages: joined, files: names };
}

/** The file itself, or the pictures in a folder, by name. */
async function filesAt(place: string, flag: string): Promise<string[]> {
  const found = await stat(place).catch((error) => {
    throw diskFailure(error, `read ${flag} ${place}`);
  });
  if (!found.isDirectory()) return [place];
  const { walkImages } = await import('@onnoise/base/folders');
  const { images } = walkImages(place);
  if (images.length === 0) refuse(ACTION, flag, 'a file, or a folder with some', `an empty folder, ${place}`);
  return images.map(({ path }) => join(place, path));
}

/** Of a place, for sentences: `the masks of drawings` */
export const describeConditionImages = ({ masks, conditionImages }: ConditionImageArguments): string => {
  const place = masks ?? conditionImages;
  if (place === undefined) return '';
  return ` of ${masks === undefined ? 'pictures' : 'masks'} in ${basename(place) || dirname(place)}`;
};
