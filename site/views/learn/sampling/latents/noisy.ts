/** The forward process on a picture and on its latents, and how far what comes back is from the picture. */
import { addNoise, gaussian, type Schedule } from '@onnoise/scheduler';

/** Deviations from 0 that are shown as black and as white. */
const REACH = 3;

/**
 * The jump to step t, with the noise of a seed. @param t 0: no noise; else 1 to T, as the lecture counts
 * @param x0 of any size
 */
export function noisyAt(schedule: Schedule, x0: Float32Array, t: number, seed: number): Float32Array {
  if (t === 0) return x0;
  const noise = new Float32Array(x0.length);
  gaussian(seed, 0, noise);
  return addNoise(schedule, x0, noise, [t - 1]);
}

/** What values are divided by, so that nearly all of them lie between -1 and 1. */
export function rangeOf(values: Float32Array): number {
  const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  return REACH * Math.sqrt(square);
}

/** Of pictures from -1 to 1, in decibels; what lies outside is cut off, as on the screen. Infinity: they are the same. */
export function psnr(picture: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < picture.length; i++) sum += (cut(picture[i]!) - cut(other[i]!)) ** 2;
  return 10 * Math.log10(4 / (sum / picture.length));
}

const cut = (value: number) => Math.max(-1, Math.min(1, value));
