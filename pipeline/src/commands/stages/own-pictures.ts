/** The files of `pipeline sample`: their names, and the words in them by which it knows them again. */

import { open } from 'node:fs/promises';
import type { ImageSeed } from '@onnoise/scheduler';
import { ENDINGS, type SingleFormat, wordOf } from '../../pictures/choices.ts';

/** What its TIFF files name as their software, too. */
export const OWN = 'onnoise sample';
const MARK = ['Software', OWN] as const;

/** The bytes of a picture, which say who made it if they are a PNG. */
export const marked = async (picture: Uint8Array): Promise<Uint8Array> =>
  (await import('@onnoise/scheduler/png')).withText(picture, ...MARK);

const BEGINNING = 1024;

/** Whether a file is a picture that `sample` wrote. */
export async function isMarked(path: string, format: SingleFormat = 'png'): Promise<boolean> {
  if (format === 'tiff') return isOwnTiff(await beginningOf(path));
  if (format !== 'png') {
    const { isSyntheticDicom, isSyntheticNifti } = await import('@onnoise/medical');
    return (format === 'dicom' ? isSyntheticDicom : isSyntheticNifti)(await beginningOf(path));
  }
  const { default: sharp } = await import('sharp');
  const { comments = [] } = await sharp(path)
    .metadata()
    .catch(() => ({ comments: [] }));
  return comments.some(({ keyword, text }) => keyword === MARK[0] && text === MARK[1]);
}

const isOwnTiff = (beginning: Uint8Array): boolean => Buffer.from(beginning).includes(`\0${OWN}\0`);

async function beginningOf(path: string): Promise<Uint8Array> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return new Uint8Array();
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return new Uint8Array(); // a folder
  } finally {
    await file.close();
  }
}

/** `7.png`, or `3-7-0.250000.png` for a quarter of the way from 3 to 7; `.dcm`, `.nii.gz` and `.tiff` for other formats. */
export const singleName = (seed: ImageSeed, format: SingleFormat = 'png'): string =>
  `${wordOf(seed)}.${ENDINGS[format]}`;

export const frameName = (step: number): string => `${String(step).padStart(4, '0')}.png`;
