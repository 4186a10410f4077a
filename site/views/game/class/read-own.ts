/** A lecturer's pictures from files, folders and ZIP archives. They stay on this device. */
import { InputError } from '@onnoise/scheduler/rules';
import { readPixels } from '../rules/read-pixels.ts';
import { type OwnPicture, ownPicture } from './own-round.ts';
import { isZip, readZip } from './zip.ts';

export interface Incoming {
  path: string;
  file: Blob;
}

export interface ReadOwn {
  pictures: OwnPicture[];
  /** Files that are no pictures. */
  leftOut: number;
}

/** More would only fill the memory. */
const MOST = 500;
const PICTURE = /\.(png|jpe?g|webp|gif|bmp|avif)$/i;
/** Hidden files, and those that macOS puts into archives. */
const HIDDEN = /(^|\/)(\.|__MACOSX\/)/;

const isPicture = (path: string) => PICTURE.test(path) && !HIDDEN.test(path);

/**
 * The pictures among the files, by path.
 * @param onProgress share that is read, 0 to 1
 * @throws InputError for an archive that cannot be read, and for a picture that is none
 */
export async function readOwn(files: readonly Incoming[], onProgress: (done: number) => void): Promise<ReadOwn> {
  const all: Incoming[] = [];
  for (const { path, file } of files) {
    if (isZip(path)) all.push(...(await readZip(file, path, isPicture)));
    else all.push({ path, file });
  }
  const found = all.filter(({ path }) => isPicture(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  if (found.length > MOST) {
    throw new InputError(
      `Cannot read the pictures: there must be at most ${MOST} of a kind, received ${found.length}.`,
    );
  }
  const pictures: OwnPicture[] = [];
  for (const [i, { path, file }] of found.entries()) {
    onProgress(i / found.length);
    pictures.push(ownPicture(path, await readPixels(file, path)));
  }
  return { pictures, leftOut: all.filter(({ path }) => !isPicture(path) && !HIDDEN.test(path)).length };
}
