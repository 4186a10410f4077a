/** The voxels of a NIfTI file as numbers, and its bytes where they are zipped. */
import { constants, gunzipSync } from 'node:zlib';
import { HEAD_BYTES, type NiftiHead } from './header.ts';

/** Reads the number at a position of the file. */
type Reader = (view: DataView, at: number, littleEndian: boolean) => number;

/** Bytes and reader by the code of nifti1.h. */
const KINDS: Readonly<Record<number, { bytes: number; read: Reader }>> = {
  2: { bytes: 1, read: (view, at) => view.getUint8(at) },
  4: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  8: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  16: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  64: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
  256: { bytes: 1, read: (view, at) => view.getInt8(at) },
  512: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  1024: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  1280: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  768: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
};

export const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The first bytes of a file, unzipped as far as they go. @throws Error with the reason where they cannot be */
export function unzippedHead(beginning: Uint8Array): Uint8Array {
  if (!isGzip(beginning)) return beginning;
  try {
    const head = gunzipSync(beginning, { finishFlush: constants.Z_SYNC_FLUSH });
    return head.subarray(0, HEAD_BYTES);
  } catch {
    throw new Error('damaged: it cannot be unzipped');
  }
}

/** The value of a voxel of the first volume, scaled. */
export function valuesOf(bytes: Uint8Array, head: NiftiHead): (voxel: number) => number {
  const { datatype, offset, size, littleEndian, slope, intercept } = head;
  const kind = KINDS[datatype];
  if (kind === undefined) {
    throw new Error(
      `its voxels are of a kind (datatype ${datatype}) that is not supported; whole and real numbers are`,
    );
  }
  const { bytes: each, read } = kind;
  const wanted = size[0] * size[1] * size[2] * each;
  const there = Math.max(0, bytes.length - offset);
  if (there < wanted) throw new Error(`truncated: it has ${there} of ${wanted} bytes of voxels`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (voxel) => read(view, offset + voxel * each, littleEndian) * slope + intercept;
}
