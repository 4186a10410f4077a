/** How many pictures the files of a set give, by their heads: for plans and progress before any pixel is read. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { chooseFrames, parseFrames } from '../pictures/frame-choice.ts';
import { isDicom, kindByName } from '../pictures/kinds.ts';
import { orderedMap } from '../pictures/ordered-map.ts';
import type { Axis } from '../pictures/types.ts';
import { frameCountOf } from './dicom/format.ts';
import { parseBeginning } from './dicom/parse.ts';
import { countSlices } from './nifti/pictures.ts';

/** Enough for the elements before the pixels, but for private ones of unusual size. */
const HEAD_BYTES = 65_536;

const AT_ONCE = 8;

/** @param frames see `ImageOptions` @returns the number of pictures; a file that cannot be used counts as one */
export async function countPictures(
  folder: string,
  paths: readonly string[],
  frames: string | undefined,
  axis: Axis = 'axial',
): Promise<number> {
  const choice = parseFrames(frames, 'first');
  if (choice === 'first' || choice === 'middle') return paths.length;
  const count = async (path: string) => {
    try {
      return chooseFrames(choice, await framesOf(join(folder, path), axis)).length;
    } catch {
      return 1;
    }
  };
  let total = 0;
  for await (const pictures of orderedMap(paths, count, AT_ONCE)) total += pictures;
  return total;
}

async function framesOf(path: string, axis: Axis): Promise<number> {
  const kind = kindByName(path);
  if (kind === 'picture') return (await sharp(path, { limitInputPixels: false }).metadata()).pages ?? 1;
  const head = await headOf(path);
  if (kind === 'nifti') return countSlices(head, axis);
  if (!isDicom(head)) return (await sharp(path, { limitInputPixels: false }).metadata()).pages ?? 1;
  const data = parseBeginning(head);
  return data === undefined ? 1 : frameCountOf(data);
}

/** The first bytes of a file. */
export async function headOf(path: string, bytes = HEAD_BYTES): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
