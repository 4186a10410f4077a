/** The pixels of a segmentation's frames: bits, which no byte begins anew for a frame, fractions, or numbers of segments. */
import type { DataSet } from 'dicom-parser';
import { frameCountOf, pixelFormatOf } from '../dicom/format.ts';
import { type DicomFile, parseDicom } from '../dicom/parse.ts';
import { wordsOfFrame } from '../dicom/pictures.ts';
import { syntaxOf } from '../dicom/syntaxes.ts';
import { TAG } from '../dicom/tags.ts';
import { kindOf, type SegmentationHead, segmentationHeadOf } from './head.ts';
import { SEG } from './tags.ts';

export interface Segmentation extends SegmentationHead {
  /**
   * [rows, columns] of frame `k`, from 0: 1 where its segment is, of a label map the number of the segment.
   * @throws Error with the reason why it cannot be read
   */
  read(k: number): Promise<Uint8Array | Uint16Array>;
}

/**
 * @param beginning of the file
 * @returns undefined where it ends before the pixels: give more of it
 * @throws Error with the reason why the file cannot be used, which may be that it ends too early
 */
export function readSegmentationHead(beginning: Uint8Array): SegmentationHead | undefined {
  const { data } = parseDicom(beginning, TAG.pixels);
  return data.elements[TAG.pixels] === undefined ? undefined : segmentationHeadOf(data);
}

/** @param bytes of the whole file @throws Error with the reason why it cannot be used */
export function openSegmentation(bytes: Uint8Array): Segmentation {
  const file = parseDicom(bytes);
  const { data } = file;
  const head = segmentationHeadOf(data);
  const kind = kindOf(data);
  if (data.uint16(TAG.bitsAllocated) === 1) return { ...head, read: bitsOf(file) };
  const [format, syntax] = [pixelFormatOf(data), syntaxOf(file.syntax)];
  const half = (data.uint16(SEG.most) || 255) / 2;
  return {
    ...head,
    read: async (k) => {
      const { words } = await wordsOfFrame({ data, syntax, format }, k);
      if (kind === 'LABELMAP') return Uint16Array.from(words);
      return Uint8Array.from(words, kind === 'BINARY' ? (word) => Number(word > 0) : (word) => Number(word >= half));
    },
  };
}

/** One bit a pixel, the lowest of a byte first (PS3.5 8.1.1). */
function bitsOf({ data, syntax }: DicomFile): Segmentation['read'] {
  const { decoder, bigEndian } = syntaxOf(syntax);
  if (decoder !== undefined || bigEndian) {
    throw new Error(`its bits are written in a way that is not supported (transfer syntax ${syntax})`);
  }
  const pixels = (data.uint16(TAG.rows) ?? 0) * (data.uint16(TAG.columns) ?? 0);
  const bytes = pixelBytes(data, Math.ceil((pixels * frameCountOf(data)) / 8));
  return async (k) => {
    const from = k * pixels;
    return Uint8Array.from({ length: pixels }, (_, i) => (bytes[(from + i) >> 3]! >> ((from + i) & 7)) & 1);
  };
}

function pixelBytes(data: DataSet, wanted: number): Uint8Array {
  const element = data.elements[TAG.pixels];
  if (element === undefined) throw new Error('damaged: it has no pixels');
  const bytes = data.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  if (bytes.length < wanted) throw new Error(`truncated: it has ${bytes.length} of ${wanted} bytes of pixels`);
  return bytes;
}
