/** Frames from raw gray pictures, for the sources that are arrays rather than files of a picture format. */
import sharp from 'sharp';
import { centreOnSquare, planSquare } from './square.ts';
import type { ImageOptions } from './types.ts';

/**
 * Brings a gray picture [height, width] to [size, size]. 28 x 28 pixels become 32 x 32 by a border of two black pixels, so
 * digits and clothes stay sharp at the size that halves well; every other size is resized as a file would be.
 */
export async function grayToSquare(
  pixels: Uint8Array,
  height: number,
  width: number,
  { size, fit }: ImageOptions,
): Promise<Uint8Array> {
  if (height === 28 && width === 28 && size === 32) return centreOnSquare(pixels, 28, 28, 1, 32, 0);
  const plan = planSquare(width, height, size, fit);
  if (!plan.extract && plan.width === width && plan.height === height) {
    return centreOnSquare(pixels, width, height, 1, size, 0);
  }
  let pipeline = sharp(pixels, { raw: { width, height, channels: 1 } });
  if (plan.extract) pipeline = pipeline.extract(plan.extract);
  const resized = await pipeline.resize(plan.width, plan.height, { fit: 'fill' }).toColourspace('b-w').raw().toBuffer();
  return centreOnSquare(resized, plan.width, plan.height, 1, size, 0);
}
