/** Label maps as PNG files with a palette: a pixel is a label, and shows as its colour. Source: PNG Specification, 11.2.1 and 11.2.2. */
import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import { type Extent, plainRows, pngChunk, pngFile } from '@onnoise/scheduler/model';

/** Red, green and blue, 0 to 255. */
type Colour = readonly [red: number, green: number, blue: number];

/**
 * @param labels below `palette.length`, [height, width]
 * @param palette of each label; at most 256
 */
export async function encodeIndexedPng(
  labels: Uint8Array,
  extent: Extent,
  palette: readonly Colour[],
): Promise<Buffer> {
  const data = await promisify(deflate)(plainRows(labels, extent.width), { level: constants.Z_BEST_COMPRESSION });
  const chunks = [pngChunk('PLTE', Uint8Array.from(palette.flat())), pngChunk('IDAT', data)];
  return Buffer.from(pngFile(extent, 'palette', chunks).buffer);
}
