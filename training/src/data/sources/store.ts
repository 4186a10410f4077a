/** A place that holds image files: a folder, or the files that a DICOMDIR lists. */
import { basename, join, resolve } from 'node:path';
import type { Skipped } from '@onnoise/base/folders';
import { type ImageFile, type Walk, walkImages } from '@onnoise/base/folders';
import { isOfShape } from '@onnoise/base/labels';
import {
  decodeFile as decodeAnyFile,
  headOf,
  type ImageOptions,
  isDicom,
  kindByName,
  type Picture,
  type Unusable,
} from '@onnoise/base/pictures';
import { plural } from '@onnoise/base/text';
import { orientationBeside } from '@onnoise/scheduler/png';
import type { Beside, Frame } from '../set/types.ts';
import { countPictures } from './count-pictures.ts';
import { decodeItems, type FileItem } from './decode-items.ts';
import { loadMedical } from './medical.ts';

export interface Store extends Walk {
  /** Where it is, for the user. */
  place: string;
  /** For the data: that of the folder. */
  name: string;
  /** Where each image is several files: a name for each of its channels. Its images then have keys as paths. */
  channelNames?: readonly string[];
  /** The file of the first channel of a key. */
  firstFile?: (key: string) => string;
  /** Why images whose files are not all there are skipped, by their keys and the last part of these. */
  lacking?: ReadonlyMap<string, string>;
  /** Sentences about files that do not count. */
  notes?: readonly string[];
  /** Changes when one of these files is added, removed, renamed, written, or becomes unreadable. */
  identityOf(images: readonly ImageFile[], skipped: readonly Skipped[]): string;
  /** How many pictures these files give. */
  count(paths: readonly string[], options: FrameOptions): Promise<number>;
  /** Why these sub-folders, one for each path, are no classes; undefined if they may be. */
  refuseClasses(paths: readonly string[], classes: readonly string[]): Promise<string | undefined>;
  /** The pictures of a file, by its path in the store. */
  decodeFile(path: string, options: ImageOptions): Promise<(Picture | Unusable)[]>;
  /** What lies beside its pictures. */
  beside?: Beside;
}

/** What decides how many pictures a file gives. */
export type FrameOptions = Pick<ImageOptions, 'frames' | 'axis'>;

/** The images below a folder, nested to any depth. @param beside whose files among them are none */
export function openFolderStore(folder: string, beside?: Beside): Store {
  const walk = walkImages(folder);
  const isImage = (path: string) => !beside?.isAmongImages?.(path);
  const images = walk.images.filter(({ path }) => isImage(path));
  return storeOf(folder, { ...walk, images, skipped: walk.skipped.filter(({ file }) => isImage(file)) }, folder);
}

/** The pictures of a store's files in order, with what lies beside them. */
export const decodeStore = (store: Store, items: readonly FileItem[], options: ImageOptions): AsyncIterable<Frame> =>
  decodeItems(items, (path) => store.decodeFile(path, options), options, store.beside);

/** The store with masks or pictures beside its own, and what to tell the user of those that stand alone. */
export async function joinBeside(store: Store, beside: Beside): Promise<{ store: Store; notes: string[] }> {
  const { images, others } = await beside.match(
    store.images.map(({ path }) => path),
    store.firstFile,
  );
  const what = beside.kind === 'mask' ? 'mask' : 'condition image';
  const some = (paths: readonly string[]) => `${paths.slice(0, 3).join(', ')}${paths.length > 3 ? ' ...' : ''}`;
  const notes = [
    ...(images.length > 0
      ? [`Left out, as they have no ${what}: ${plural(images.length, 'image')} (${some(images)}).`]
      : []),
    ...(others.length > 0
      ? [`Not used, as they have no image: ${plural(others.length, what)} (${some(others)}).`]
      : []),
  ];
  const joined: Store = {
    ...store,
    beside,
    identityOf: (images, skipped) => JSON.stringify([store.identityOf(images, skipped), beside.identity]),
  };
  return { store: joined, notes };
}

/** @param place what the user gave @param walk files below `folder` */
export function storeOf(folder: string, walk: Walk, place: string): Store {
  return {
    ...walk,
    place,
    name: basename(resolve(folder)) || resolve(folder), // a root has no name
    identityOf: (images, skipped) => {
      const files = images.map(({ path, bytes, modified }) => [path, bytes, modified]);
      return JSON.stringify([resolve(folder), files, skipped]);
    },
    count: (paths, { frames, axis }) => countPictures(folder, paths, frames, axis),
    refuseClasses: async (paths, classes) => {
      if (!(await areNamedAfterPatients(folder, paths, classes))) return undefined;
      return 'The sub-folders are not used as classes, since one is named after the patient of its files.';
    },
    decodeFile: (path, options) => decodeFile(join(folder, path), options),
  };
}

/** The pictures of a file, each or the reason why it cannot be used. */
export const decodeFile = (path: string, options: ImageOptions): Promise<(Picture | Unusable)[]> =>
  decodeAnyFile(path, options, loadMedical);

/**
 * The pictures of a file that belong to those of an image, each turned so that it lies on its own.
 * @param again decodes them with an orientation in place of the file's
 */
export const layOnImage = (
  image: readonly (Picture | Unusable)[],
  pictures: readonly (Picture | Unusable)[],
  again: (orientation: number) => Promise<(Picture | Unusable)[]>,
): Promise<(Picture | Unusable)[]> =>
  Promise.all(
    pictures.map(async (picture, i) => {
      const below = image[i];
      if ('reason' in picture || !picture.origin || !below || 'reason' in below || !below.origin) return picture;
      const { origin } = below;
      const orientation = orientationBeside(picture.origin, origin, (size) => isOfShape(size, origin));
      return orientation === (picture.origin.orientation ?? 1) ? picture : (await again(orientation))[i]!;
    }),
  );

/** By the first DICOM file of each class. */
export async function areNamedAfterPatients(folder: string, paths: readonly string[], classes: readonly string[]) {
  const first = new Map<string, string>();
  for (const [i, name] of classes.entries()) if (!first.has(name)) first.set(name, join(folder, paths[i]!));
  for (const [name, path] of first) {
    if (!['dicom', undefined].includes(kindByName(path))) continue;
    const head = await headOf(path).catch(() => new Uint8Array());
    if (isDicom(head) && (await loadMedical()).namesPatient(name, head)) return true;
  }
  return false;
}
