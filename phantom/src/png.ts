/**
 * PNG files with text in them: gray pictures, and label maps with a palette. sharp would do, but its PNG takes longer than the
 * drawing: here each row is filtered in one way, which suits noisy pictures. Source: PNG Specification (Third Edition), sections
 * 9, 11.2 and 11.3.3.
 */
import { constants, deflateSync } from 'node:zlib';
import { indexedPng, plainRows, pngChunk, pngFile, textChunk } from '@onnoise/scheduler/png';

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
  const words = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  return Buffer.from(pngFile({ width: size, height: size }, 'gray', [...words, pngChunk('IDAT', data)]).buffer);
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
  const data = deflateSync(plainRows(labels, size), { level: constants.Z_BEST_COMPRESSION });
  return Buffer.from(indexedPng({ width: size, height: size }, palette, data, texts).buffer);
}
