/** Label maps as PNG files with a palette: a pixel is a label, and shows as its colour. Source: PNG Specification, 11.2.1 and 11.2.2. */
import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import { type Extent, PNG_SIGNATURE, pngChunk } from '@onnoise/scheduler/model';

/** Red, green and blue, 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number];

const INDEXED = 3;

/**
 * @param labels below `palette.length`, [height, width]
 * @param palette of each label; at most 256
 */
export async function encodeIndexedPng(
  labels: Uint8Array,
  { width, height }: Extent,
  palette: readonly Colour[],
): Promise<Buffer> {
  const rows = Buffer.alloc(height * (width + 1)); // a 0 before each row: not filtered
  for (let row = 0; row < height; row++)
    rows.set(labels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, INDEXED, 0, 0, 0], 8); // 8 bits
  const data = await promisify(deflate)(rows, { level: constants.Z_BEST_COMPRESSION });
  return Buffer.concat([
    PNG_SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('PLTE', Uint8Array.from(palette.flat())),
    pngChunk('IDAT', data),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}
