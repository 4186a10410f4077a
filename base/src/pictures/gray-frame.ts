/** Frames from raw gray pictures, for sources that are arrays and not picture files. */
import sharp from 'sharp';
import { centreOnSquare, planSquare } from './square.ts';
import type { ImageOptions } from './types.ts';

/**
 * Brings a gray picture [height, width] to [size, size]. A border of two black pixels turns 28 x 28 into 32 x 32, so
 * that digits and clothes stay sharp at a size that halves well. Every other size is resized like a file.
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
