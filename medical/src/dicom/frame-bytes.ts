/** The bytes of one frame: a part of the pixels, or the fragments that hold its compressed stream (PS3.5 A.4). */
import dicomParser, { type DataSet, type Element, type Fragment } from 'dicom-parser';
import type { PixelFormat } from './format.ts';

/** Bytes of an uncompressed frame. In YBR_FULL_422, two pixels share their colour. */
function frameLength({ rows, columns, samples, bitsAllocated, photometric }: PixelFormat): number {
  const values = photometric === 'YBR_FULL_422' ? 2 : samples;
  return rows * columns * values * (bitsAllocated / 8);
}

/** Those of frame `k`, from 0, as they lie in the file. @throws Error where the file ends before */
export function plainFrame(data: DataSet, format: PixelFormat, k: number, bigEndian: boolean): Uint8Array {
  const { element, frames } = format;
  const length = frameLength(format);
  const from = element.dataOffset + k * length;
  const there = Math.min(element.length, data.byteArray.length - element.dataOffset);
  if (there < (k + 1) * length) {
    throw new Error(`truncated: it has ${there} of ${frames * length} bytes of pixels`);
  }
  // In big endian, an element of words (OW) holds bytes in swapped pairs.
  if (!bigEndian || format.bitsAllocated !== 8 || element.vr !== 'OW') {
    return data.byteArray.subarray(from, from + length);
  }
  const [first, last] = [
    from - ((from - element.dataOffset) % 2),
    from + length + ((from - element.dataOffset + length) % 2),
  ];
  const pairs = Buffer.from(data.byteArray.subarray(first, last)); // a copy
  return pairs.swap16().subarray(from - first, from - first + length);
}

/** The compressed stream of frame `k`, from 0. @throws Error where the file does not hold it */
export function compressedFrame(data: DataSet, { element, frames }: PixelFormat, k: number): Uint8Array {
  const { fragments = [] } = element;
  if (fragments.length === 0) throw new Error('truncated: it ends before its compressed pixels');
  const parts = fragmentsOf(data, element, fragments, frames, k);
  if (parts.length === 0) throw new Error(`truncated: it holds fewer than its ${frames} frames`);
  const bytes = parts.map(({ position, length }) => data.byteArray.subarray(position, position + length));
  if (parts.some(({ length }, i) => bytes[i]!.length < length)) {
    throw new Error('truncated: it ends within its compressed pixels');
  }
  return bytes.length === 1 ? bytes[0]! : Buffer.concat(bytes);
}

/** All of one frame, one for each frame, or those from its offset to the next frame's. */
function fragmentsOf(data: DataSet, element: Element, all: Fragment[], frames: number, k: number): Fragment[] {
  if (frames === 1) return all;
  if (all.length === frames) return all.slice(k, k + 1);
  const listed = element.basicOffsetTable ?? [];
  const offsets = listed.length > 0 ? listed : offsetsByMarkers(data, element);
  const [from, to = Number.POSITIVE_INFINITY] = [offsets[k], offsets[k + 1]];
  return from === undefined ? [] : all.filter(({ offset }) => offset >= from && offset < to);
}

/** Where each JPEG stream begins: after a fragment that ends one. */
function offsetsByMarkers(data: DataSet, element: Element): number[] {
  try {
    return dicomParser.createJPEGBasicOffsetTable(data, element);
  } catch {
    return [];
  }
}
