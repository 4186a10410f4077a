/** Frames from raw gray pictures, for sources that are arrays and not picture files. */
import { extentOf } from '@onnoise/scheduler/model';
import sharp from 'sharp';
import { centreOn, planFit } from './fit.ts';
import type { ImageOptions } from './types.ts';

/**
 * Brings a gray picture [height, width] to the wanted size. A border of two black pixels turns 28 x 28 into 32 x 32, so
 * that digits and clothes stay sharp at a size that halves well. Every other size is resized like a file.
 */
export async function fitGray(
  pixels: Uint8Array,
  height: number,
  width: number,
  { size, fit }: ImageOptions,
): Promise<Uint8Array> {
  const wanted = extentOf(size);
  if (height === 28 && width === 28 && size === 32) return centreOn(wanted, pixels, { width, height }, 1, 0);
  const plan = planFit(width, height, wanted, fit);
  if (!plan.extract && plan.width === width && plan.height === height) {
    return centreOn(wanted, pixels, { width, height }, 1, 0);
  }
  let pipeline = sharp(pixels, { raw: { width, height, channels: 1 } });
  if (plan.extract) pipeline = pipeline.extract(plan.extract);
  const resized = await pipeline.resize(plan.width, plan.height, { fit: 'fill' }).toColourspace('b-w').raw().toBuffer();
  return centreOn(wanted, resized, plan, 1, 0);
}
