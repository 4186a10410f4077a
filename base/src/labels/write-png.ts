/** Label maps as PNG files with a palette: a pixel is a label, and shows as its colour. Source: PNG Specification, 11.2.1 and 11.2.2. */
import { constants, deflateSync } from 'node:zlib';
import type { Extent } from '@onnoise/scheduler/model';
import { chunk, PNG_SIGNATURE, textChunk } from '../files/png-chunks.ts';

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

const INDEXED = 3;

/**
 * @param labels below `palette.length`, [height, width]
 * @param palette of each label; at most 256
 * @param texts by keyword, in ASCII: readers disagree about other letters
 */
export function encodeIndexedPng(
  labels: Uint8Array,
  { width, height }: Extent,
  palette: readonly Colour[],
  texts: Readonly<Record<string, string>> = {},
): Buffer {
  const rows = Buffer.alloc(height * (width + 1)); // a 0 before each row: not filtered
  for (let row = 0; row < height; row++)
    rows.set(labels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, INDEXED, 0, 0, 0], 8); // 8 bits
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    ...Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text)),
    chunk('PLTE', Uint8Array.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: constants.Z_BEST_COMPRESSION })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
