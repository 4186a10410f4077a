/**
 * Gray pictures of models as NIfTI-1 files, zipped: one axial slice, whose first voxel is the patient's right and front. Voxels
 * are 1 long, or across as many millimetres as are told. In DICOM's directions (left, back, head), which ITK counts in too, the matrix has only that size on its
 * diagonal; in NIfTI's own (right, front, head) its first two signs are turned. So the array as it is stored, and a viewer that knows of directions, show
 * the same picture upright. Source: nifti1.h of the NIfTI Data Format Working Group (nifti.nimh.nih.gov).
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { type PictureFacts, type SyntheticOrigin, type SyntheticPicture, WRITER } from './picture.ts';

const HEAD = 348;
/** Behind the head and an empty list of extensions. */
const VOXELS = 352;
const DESCRIPTION = { at: 148, bytes: 80 };
const UNKNOWN_SYSTEM = 255;
const MILLIMETRES = 2;

/** Whether a file was written here. @param beginning its first 1,024 bytes */
export function isSyntheticNifti(beginning: Uint8Array): boolean {
  try {
    const head = gunzipSync(beginning, { finishFlush: 2 }); // Z_SYNC_FLUSH: it may be cut
    return head.toString('latin1', DESCRIPTION.at, DESCRIPTION.at + WRITER.length) === WRITER;
  } catch {
    return false;
  }
}

/** @param picture gray */
export function encodeSyntheticNifti(
  { data, width, height }: SyntheticPicture,
  origin: SyntheticOrigin,
  { spacing }: PictureFacts = {},
): Buffer {
  const side = spacing ?? 1;
  const deep = data instanceof Uint16Array;
  const bytes = deep ? 2 : 1;
  const file = Buffer.alloc(VOXELS + data.length * bytes);
  file.writeInt32LE(HEAD, 0);
  file.write('r', 38, 'latin1'); // "regular", for readers of the form before
  for (const [i, size] of [3, width, height, 1, 1, 1, 1, 1].entries()) file.writeInt16LE(size, 40 + 2 * i);
  file.writeInt16LE(deep ? 512 : 2, 70);
  file.writeInt16LE(8 * bytes, 72);
  for (const [i, step] of [1, side, side, 1].entries()) file.writeFloatLE(step, 76 + 4 * i); // behind a sign
  file.writeFloatLE(VOXELS, 108);
  file.writeFloatLE(1, 112); // slope
  if (spacing !== undefined) file.writeUInt8(MILLIMETRES, 123);
  file.writeFloatLE(deep ? 65_535 : 255, 124); // shown as white
  descriptionOf(origin).copy(file, DESCRIPTION.at);
  file.writeInt16LE(1, 252);
  file.writeInt16LE(1, 254);
  file.writeFloatLE(1, 264); // the quaternion (0, 0, 0, 1): half a turn around the third axis
  for (const [at, cell] of [-side, 0, 0, 0, 0, -side, 0, 0, 0, 0, 1, 0].entries())
    file.writeFloatLE(cell, 280 + 4 * at);
  file.write('n+1\0', 344, 'latin1');
  for (const [i, level] of data.entries()) file.writeUIntLE(level, VOXELS + bytes * i, bytes);
  const zipped = gzipSync(file);
  zipped[9] = UNKNOWN_SYSTEM; // zlib names the one that it runs on
  return zipped;
}

/** The name of the model is cut where it is too long; what is not ASCII has no agreed meaning there. */
function descriptionOf({ model, hash, seed }: SyntheticOrigin): Buffer {
  const rest = ` ${hash.slice(0, 8)} seed ${seed}`;
  const start = `${WRITER}: synthetic, `;
  const name = model.replaceAll(/[^ -~]/g, '?').slice(0, DESCRIPTION.bytes - 1 - start.length - rest.length);
  return Buffer.from(`${start}${name}${rest}`, 'latin1').subarray(0, DESCRIPTION.bytes - 1);
}
