/** All images of a folder or another store; one sub-folder per class gives labels. */

import { plural } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';
import { folderClasses, MAX_CLASSES, notesOnClasses, sortedClasses } from '../set/classes.ts';
import type { Source } from '../set/types.ts';
import type { FileItem } from './decode-items.ts';
import { decodeStore, type FrameOptions, type Store } from './store.ts';
import { describeOthers, notesOnUnread } from './unread.ts';

/** Throws InputError when no image is in the store. */
export async function openFolder(store: Store, options: FrameOptions = {}): Promise<Source> {
  const { name, images, skipped } = store;
  if (images.length === 0) refuseEmpty(store);
  const labelSource = `the sub-folders of ${name}`;
  const notes = [...(store.notes ?? []), ...notesOnUnread(store)];
  const paths = images.map(({ path }) => path);
  const { classes, note } = folderClasses(paths);
  if (note !== undefined) notes.push(note);
  let classNames = classes && sortedClasses(classes);
  if (classNames && classNames.length > MAX_CLASSES) {
    notes.push(
      `The ${classNames.length} sub-folders are not used as classes, since there are more than ${MAX_CLASSES}.`,
    );
    classNames = undefined;
  }
  const refused = classes && (await store.refuseClasses(paths, classes));
  if (refused !== undefined) {
    notes.push(refused);
    classNames = undefined;
  }
  if (classNames) notes.push(...notesOnClasses(labelSource, classNames, images.length));
  const number = new Map(classNames?.map((name, i) => [name, i]));
  const items = images.map(
    ({ path }, i): FileItem => (classNames ? { path, label: number.get(classes![i]!)! } : { path }),
  );
  return {
    name,
    identity: store.identityOf(images, skipped),
    total: (await store.count(paths, options)) + skipped.length,
    ...(classNames && { classNames, labelSource }),
    notes,
    frames: (image) => decodeStore(store, [...skipped, ...items], image),
  };
}

function refuseEmpty({ place, skipped, others, own, labelMaps = [] }: Store): never {
  const first = skipped[0];
  const unusable =
    first && `${plural(skipped.length, 'file')} that cannot be read (first, ${first.file}: ${first.reason})`;
  const other = others.size > 0 ? `only other files (${describeOthers(others)})` : undefined;
  const drawn = own.length > 0 ? `only pictures that a network drew, in ${own[0]}` : undefined;
  const maps = labelMaps.length > 0 ? `only label maps, in ${labelMaps[0]}` : undefined;
  const instead = unusable ?? drawn ?? maps ?? other ?? 'an empty folder';
  throw new InputError(
    `Cannot prepare images: data must be a folder with images (JPEG, PNG, WebP, GIF, TIFF, AVIF, SVG, DICOM or NIfTI), received ${instead}: ${place}.`,
    { subject: 'data' },
  );
}
