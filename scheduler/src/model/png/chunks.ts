/** Chunks of PNG files. Source: PNG Specification (Third Edition), sections 5.2 to 5.5 and annex D. */
import { exifOrientation, type Shown, turnedExtent } from './orientation.ts';

export const PNG_SIGNATURE: Uint8Array<ArrayBuffer> = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

const LATIN = new TextEncoder();

const CRCS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** Of a chunk's type and data. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = CRCS[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** @param type four letters */
export function pngChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(LATIN.encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc32(bytes.subarray(4, data.length + 8)));
  return bytes;
}

const COLOURS = { gray: 0, rgb: 2, palette: 3 } as const;

/** @param chunks between its header and its end @param bits of a sample */
export function pngFile(
  { width, height }: { width: number; height: number },
  colours: keyof typeof COLOURS,
  chunks: readonly Uint8Array[],
  bits: 8 | 16 = 8,
): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, COLOURS[colours]], 8);
  const parts = [PNG_SIGNATURE, pngChunk('IHDR', header), ...chunks, pngChunk('IEND', new Uint8Array())];
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param text in Latin-1, in ASCII at best: readers disagree about other letters. Source: section 11.3.3 */
export const textChunk = (keyword: string, text: string): Uint8Array<ArrayBuffer> =>
  pngChunk(
    'tEXt',
    Uint8Array.from(`${keyword}\0${text}`, (letter) => letter.charCodeAt(0)),
  );

/**
 * A label map whose pixels show as the colours of a palette. Source: sections 11.2.1 and 11.2.2.
 * @param palette red, green and blue of each label, 0 to 255; at most 256 labels
 * @param data {@link plainRows} of the labels, deflated
 * @param texts by keyword
 */
export function indexedPng(
  extent: { width: number; height: number },
  palette: readonly (readonly [red: number, green: number, blue: number])[],
  data: Uint8Array,
  texts: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const words = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  return pngFile(extent, 'palette', [
    ...words,
    pngChunk('PLTE', Uint8Array.from(palette.flat())),
    pngChunk('IDAT', data),
  ]);
}

/** Signature and IHDR. */
const HEAD_BYTES = 33;

/** A PNG file with a text behind its header; bytes that are no PNG stay as they are. */
export const withText = (file: Uint8Array, keyword: string, text: string): Uint8Array =>
  isPng(file) ? joined([file.subarray(0, HEAD_BYTES), textChunk(keyword, text), file.subarray(HEAD_BYTES)]) : file;

/** Rows of `stride` bytes as IDAT packs them, unfiltered: a 0 before each. */
export function plainRows(samples: Uint8Array, stride: number): Uint8Array<ArrayBuffer> {
  const count = samples.length / stride;
  const rows = new Uint8Array(count * (stride + 1));
  for (let row = 0; row < count; row++) {
    rows.set(samples.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1);
  }
  return rows;
}

export const isPng = (bytes: Uint8Array): boolean => PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);

/** What a file's head says that its picture has, unchecked and as it is shown; undefined for a file without one. */
export function pngExtent(file: Uint8Array): Shown | undefined {
  const at = PNG_SIGNATURE.length + 8;
  if (!isPng(file) || file.length < at + 8) return undefined;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const orientation = pngOrientation(view, file);
  const stored = { width: view.getUint32(at), height: view.getUint32(at + 4) };
  return { ...turnedExtent(stored, orientation), ...(orientation !== 1 && { orientation }) };
}

/** That of the EXIF block before the pixels, where libpng looks for it; 1 for none. */
function pngOrientation(view: DataView, file: Uint8Array): number {
  for (let at = PNG_SIGNATURE.length; at + 8 <= file.length; ) {
    const [length, type] = [view.getUint32(at), String.fromCharCode(...file.subarray(at + 4, at + 8))];
    if (type === 'eXIf') return exifOrientation(file.subarray(at + 8, at + 8 + length));
    if (type === 'IDAT') return 1;
    at += 12 + length;
  }
  return 1;
}
