/**
 * Label maps of picture files: PNG, gray or with a palette, and gray TIFF of whole numbers. Others lose labels: JPEG and the
 * like change values, and decoders make colours of a GIF's palette. They are turned as their own EXIF orientation says.
 */
import { readFile } from 'node:fs/promises';
import { grayLabels, isPng, type LabelGrid, labelsOfPng, pngExtent, turnLabels } from '@onnoise/scheduler/png';
import sharp, { type Sharp } from 'sharp';
import { pagesOf, reasonOf, sizeOf } from '../pictures/decode.ts';
import { MAX_PIXELS } from '../pictures/max-pixels.ts';
import { weightGate } from '../pictures/ordered-map.ts';
import { isTiff, requirePlainTiff } from './tiff.ts';

/** Pixels that are being read. */
const reading = weightGate(MAX_PIXELS);

export interface LabelFile {
  /** How many pictures it has. */
  count: number;
  /** @param page from 0 @throws Error with the reason why it cannot be used */
  read(page: number): Promise<LabelGrid>;
}

/** @throws Error with the reason why the file cannot be used */
export async function openLabelFile(path: string): Promise<LabelFile> {
  const bytes = await readFile(path);
  if (bytes.length === 0) throw new Error('an empty file');
  if (isPng(bytes)) return { count: 1, read: () => reading(pixelsOfPng(bytes), () => labelsOfPng(bytes, MAX_PIXELS)) };
  if (isTiff(bytes)) {
    requirePlainTiff(bytes, 0);
    return { count: await pagesOf(path), read: (page) => gridOfTiff(path, bytes, page) };
  }
  if (bytes[0] === 0xff && bytes[1] === 0xd8) throw new Error('it is a JPEG, which changes values: save it as PNG');
  throw new Error('label maps are read from PNG, TIFF, NIfTI and DICOM SEG: save it as PNG');
}

/** By its head, as far as it has one. */
function pixelsOfPng(file: Uint8Array): number {
  const { width, height } = pngExtent(file) ?? { width: 0, height: 0 };
  return width * height;
}

type Values = Uint8Array | Uint16Array | Float32Array | Int8Array | Int16Array | Int32Array | Uint32Array;

/** The numbers of sharp's depths. */
const ARRAYS: Readonly<Record<string, new (bytes: ArrayBuffer) => Values>> = {
  uchar: Uint8Array,
  ushort: Uint16Array,
  char: Int8Array,
  short: Int16Array,
  int: Int32Array,
  uint: Uint32Array,
  float: Float32Array,
};

async function gridOfTiff(path: string, bytes: Uint8Array, page: number): Promise<LabelGrid> {
  const orientation = requirePlainTiff(bytes, page);
  const { width, height } = await sizeOf(path, page);
  if (width * height > MAX_PIXELS) {
    throw new Error(`${width} x ${height} pixels are more than the limit of ${MAX_PIXELS / 1e6} million`);
  }
  return reading(width * height, async () => turnLabels(await decodeTiff(path, page), orientation));
}

async function decodeTiff(path: string, page: number): Promise<LabelGrid> {
  const open = () => sharp(path, { failOn: 'error', limitInputPixels: false, ignoreIcc: true, page });
  const { values, width, height, channels } = await samplesOf(open).catch((error) => {
    throw new Error(reasonOf(error, path));
  });
  return { width, height, labels: grayLabels(values, channels, channels) };
}

/** @param open the same picture each time @returns [height, width, channels] */
async function samplesOf(open: () => Sharp) {
  const { depth, space } = await open().metadata();
  const Numbers = ARRAYS[depth];
  // Signed and real numbers of 16 bits are cut off, and not told from others by their depth.
  if (Numbers === undefined || (space === 'grey16' && depth !== 'ushort')) throw new Error(SAVE_AS);
  const { data, info } = await open()
    .toColourspace(space)
    .raw({ depth: depth as 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const values = new Numbers(data.buffer.slice(data.byteOffset, data.byteOffset + data.length) as ArrayBuffer); // aligned
  return { values, width: info.width, height: info.height, channels: info.channels };
}

const SAVE_AS = 'its numbers are of a kind that is not read: save it as unsigned 8 or 16 bits';
