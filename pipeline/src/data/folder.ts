/** A folder of images, nested to any depth; one folder per class gives labels. */
import { basename, resolve } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { folderClasses, MAX_CLASSES, notesOnClasses, sortedClasses } from './classes.ts';
import { decodeFiles, type FileItem } from './files.ts';
import type { Skipped, Source } from './types.ts';
import { describeOthers, type ImageFile, noteOnUnread, walkImages } from './walk.ts';

/**
 * Opens a folder. Its identity is its path and every image's path below it, size and time of change.
 * Throws InputError when no image is in it.
 */
export function openFolder(folder: string): Source {
  const { images, skipped, others } = walkImages(folder);
  if (images.length === 0) refuseEmpty(folder, skipped, others);
  const name = basename(resolve(folder)) || resolve(folder); // a root has no name
  const labelSource = `the sub-folders of ${name}`;
  const notes = noteOnUnread(others);
  const { classes, note } = folderClasses(images.map((image) => image.path));
  if (note !== undefined) notes.push(note);
  let classNames = classes && sortedClasses(classes);
  if (classNames && classNames.length > MAX_CLASSES) {
    notes.push(`${classNames.length} sub-folders are more than ${MAX_CLASSES} and are not taken for classes.`);
    classNames = undefined;
  }
  if (classNames) notes.push(...notesOnClasses(labelSource, classNames, images.length));
  const number = new Map(classNames?.map((name, i) => [name, i]));
  const items = images.map(
    ({ path }, i): FileItem => (classNames ? { path, label: number.get(classes![i]!)! } : { path }),
  );
  return {
    name,
    identity: identityOf(folder, images, skipped),
    total: items.length + skipped.length,
    ...(classNames && { classNames, labelSource }),
    notes,
    frames: (options) => decodeFiles(folder, [...skipped, ...items], options),
  };
}

function refuseEmpty(folder: string, skipped: Skipped[], others: Map<string, number>): never {
  const first = skipped[0];
  const unusable = first && `${skipped.length} that cannot be read, the first ${first.file}: ${first.reason}`;
  const instead = unusable ?? (others.size > 0 ? `only other files (${describeOthers(others)})` : 'an empty folder');
  throw new InputError(
    `Cannot prepare images: data must be a folder with images (JPEG, PNG, WebP, GIF, TIFF, AVIF or SVG), received ${instead}: ${folder}.`,
  );
}

/** Changes when a file is added, removed, renamed, written, or becomes unreadable. */
export function identityOf(folder: string, images: ImageFile[], skipped: Skipped[]): string {
  const files = images.map(({ path, bytes, modified }) => [path, bytes, modified]);
  return JSON.stringify([resolve(folder), files, skipped]);
}
