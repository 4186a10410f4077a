/** What pictures an image file gives, by its head: how many, of which size, and where they lie, for their label maps. */
import { readFile } from 'node:fs/promises';
import type { ImageShape } from '@onnoise/base/labels';
import { chooseFrames, headOf, isDicom, kindByName, pagesOf, parseFrames, sizeOf } from '@onnoise/base/pictures';
import type { DicomShape, NiftiGrid } from '@onnoise/medical';
import { loadMedical } from '../sources/medical.ts';
import type { LabelOptions } from './types.ts';

export interface ImageShapes {
  /** Frames, slices or pages of the file. */
  count(): Promise<number> | number;
  /** Numbers, from 0, of those that become pictures. */
  chosen: number[];
  /** @param page one of `chosen` */
  shapeOf(page: number): Promise<ImageShape> | ImageShape;
  dicom?: DicomShape;
  nifti?: NiftiGrid;
}

/** @throws Error with the reason where the file cannot be used; InputError where a package is missing */
export async function imageShapesOf(
  path: string,
  { frames, axis = 'axial' }: Pick<LabelOptions, 'frames' | 'axis'>,
): Promise<ImageShapes> {
  const kind = kindByName(path) ?? (isDicom(await headOf(path, 132)) ? 'dicom' : 'picture');
  if (kind === 'picture') {
    const count = () => pagesOf(path);
    const chosen = frames === undefined ? [0] : chooseFrames(parseFrames(frames, 'first'), await count());
    return { count, chosen, shapeOf: (page) => sizeOf(path, page) };
  }
  if (kind === 'dicom') {
    const { dicomShapeOf } = await loadMedical();
    const dicom = await byHead(path, dicomShapeOf);
    const chosen = chooseFrames(parseFrames(frames, 'first'), dicom.count);
    return { count: () => dicom.count, chosen, shapeOf: dicom.shapeOf, dicom };
  }
  const { niftiGridOf } = await loadMedical();
  const nifti = niftiGridOf(await headOf(path), axis);
  const { slices: count, columns: width, rows: height, aspect } = nifti;
  const chosen = chooseFrames(parseFrames(frames, 'middle'), count);
  return { count: () => count, chosen, shapeOf: () => ({ width, height, aspect }), nifti };
}

/** What a DICOM file says before its pixels: by its beginning, or by all of it where that does not reach them. */
export async function byHead<T>(path: string, read: (bytes: Uint8Array) => T | undefined): Promise<T> {
  try {
    const found = read(await headOf(path));
    if (found !== undefined) return found;
  } catch {
    // it may only have ended too early
  }
  const found = read(await readFile(path));
  if (found === undefined) throw new Error('without pixels: a report, a plan or the like');
  return found;
}
