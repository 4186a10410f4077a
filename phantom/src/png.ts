/**
 * Gray PNG files with text in them. sharp would do, but its PNG takes longer than the drawing: here each row is filtered
 * in one way, which suits noisy pictures. Source: PNG Specification (Third Edition), sections 9, 11.2 and 11.3.3.
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
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, gray
  // Strings rarely repeat in noise: looking for them would take most of the time.
  const data = deflateSync(filtered(pixels, size), { strategy: constants.Z_HUFFMAN_ONLY });
  const words = Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text));
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    ...words,
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
