/** A folder of images, nested to any depth; one folder a class gives labels. */
import { basename, resolve } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { folderClasses, MAX_CLASSES, sortedClasses } from './classes.ts';
import { decodeFiles } from './files.ts';
import type { Source } from './types.ts';
import { describeOthers, type ImageFile, walkImages } from './walk.ts';

/**
 * Opens a folder. Its identity is its path and, of every image, the path below it, the size and the time of change.
 * Throws InputError when no image is in it.
 */
export function openFolder(folder: string): Source {
  const { images, others } = walkImages(folder);
  if (images.length === 0) {
    const instead = others.size > 0 ? `only other files (${describeOthers(others)})` : 'an empty folder';
    throw new InputError(
      `Cannot prepare images: data must be a folder with images (JPEG, PNG, WebP, GIF, TIFF, AVIF or SVG), received ${instead}: ${folder}.`,
    );
  }
  const notes: string[] = [];
  const classes = folderClasses(images.map((image) => image.path));
  let classNames = classes && sortedClasses(classes);
  if (classNames && classNames.length > MAX_CLASSES) {
    notes.push(`${classNames.length} sub-folders are more than ${MAX_CLASSES} and are not taken for classes.`);
    classNames = undefined;
  }
  const number = new Map(classNames?.map((name, i) => [name, i]));
  const items = images.map(({ path }, i) => (classNames ? { path, label: number.get(classes![i]!)! } : { path }));
  return {
    name: basename(resolve(folder)),
    identity: identityOf(folder, images),
    total: items.length,
    ...(classNames && { classNames }),
    notes,
    frames: (options) => decodeFiles(folder, items, options),
  };
}

/** What changes when a file is added, removed, renamed or written. */
export function identityOf(folder: string, images: ImageFile[]): string {
  return JSON.stringify([resolve(folder), images.map(({ path, bytes, modified }) => [path, bytes, modified])]);
}
