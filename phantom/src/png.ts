/**
 * PNG files with text in them: gray pictures, and label maps with a palette. sharp would do, but its PNG takes longer than the
 * drawing: here each row is filtered in one way, which suits noisy pictures. Source: PNG Specification (Third Edition), sections
 * 9, 11.2 and 11.3.3.
 */
import { constants, deflateSync } from 'node:zlib';
import { chunk, PNG_SIGNATURE, textChunk } from '@onnoise/base/files';

/** Each pixel less the mean of those to the left and above (filter 3), with the filter's number before each row. */
function filtered(pixels: Uint8Array, size: number): Buffer {
  const rows = Buffer.alloc(size * (size + 1));
  for (let row = 0, to = 0, from = 0; row < size; row++) {
    rows[to++] = 3;
    let left = 0;
    for (let column = 0; column < size; column++, from++) {
      const above = row === 0 ? 0 : pixels[from - size]!;
      rows[to++] = pixels[from]! - ((left + above) >> 1);
      left = pixels[from]!;
    }
  }
  return rows;
}

/**
 * A square gray picture as a PNG file.
 * @param pixels [size, size]
 * @param texts by keyword, in ASCII: readers disagree about other letters
 */
export function encodePng(pixels: Uint8Array, size: number, texts: Readonly<Record<string, string>>): Buffer {
  // Strings rarely repeat in noise: looking for them would take most of the time.
  const data = deflateSync(filtered(pixels, size), { strategy: constants.Z_HUFFMAN_ONLY });
  return pngOf(size, GRAY, texts, chunk('IDAT', data));
}

/**
 * A square label map as a PNG file: a pixel is an index of the palette.
 * @param labels below `palette.length`. [size, size]
 * @param palette red, green and blue of each label, 0 to 255; at most 256 labels
 * @param texts as of {@link encodePng}
 */
export function encodeIndexedPng(
  labels: Uint8Array,
  size: number,
  palette: readonly (readonly [red: number, green: number, blue: number])[],
  texts: Readonly<Record<string, string>> = {},
): Buffer {
  const rows = Buffer.alloc(size * (size + 1)); // a 0 before each row: not filtered
  for (let row = 0; row < size; row++) rows.set(labels.subarray(row * size, (row + 1) * size), row * (size + 1) + 1);
  const data = deflateSync(rows, { level: constants.Z_BEST_COMPRESSION });
  return pngOf(size, INDEXED, texts, chunk('PLTE', Uint8Array.from(palette.flat())), chunk('IDAT', data));
}

const GRAY = 0;
const INDEXED = 3;

/** A square file of 8 bits a pixel. */
function pngOf(size: number, colours: number, texts: Readonly<Record<string, string>>, ...chunks: Buffer[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, colours, 0, 0, 0], 8);
  const words = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  return Buffer.concat([PNG_SIGNATURE, chunk('IHDR', header), ...words, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}
