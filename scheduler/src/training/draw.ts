/**
 * The random draws of a training step as a pure function of (seed, step), so that a run continues after a stop as if
 * there had been none. They have their own streams, apart from sampling's noise and the data's order.
 */
import { gaussian } from '../noise/gaussian.ts';
import { drawTimesteps, type TimestepSampling } from './timesteps.ts';

const NOISE_STREAM = 0x7e00_0001;
const OFFSET_STREAM = 0x7e00_0020;

export interface Draw {
  noise: Float32Array; // [B, C, H, W] unit normal, and with offset noise a little more
  timesteps: Int32Array; // [B] in 0..T - 1
}

/** How draws differ from those of the DDPM paper. */
export interface DrawOptions {
  offset?: Offset | undefined;
  /** Default: uniform. */
  sampling?: TimestepSampling | undefined;
}

/**
 * @param step counts from 0
 * @param size values of one image, C * H * W
 * @param T number of timesteps
 */
export function drawStep(
  seed: number,
  step: number,
  batch: number,
  size: number,
  T: number,
  { offset, sampling }: DrawOptions = {},
): Draw {
  const noise = new Float32Array(batch * size);
  gaussian(seed, step * noise.length, noise, NOISE_STREAM);
  if (offset && offset.strength > 0) addOffset(noise, seed, step, batch, offset);
  return { noise, timesteps: drawTimesteps(seed, step, batch, T, sampling) };
}

export interface Offset {
  /** Standard deviation, beside the noise's own 1. */
  strength: number;
  /** C */
  channels: number;
}

/**
 * Adds a number of its own to every channel of every image. Noise alone barely changes the mean of a picture, so a
 * network trained without it makes none that are very dark or very bright.
 *
 * Source: Guttenberg, "Diffusion with Offset Noise" (https://www.crosslabs.org/blog/diffusion-with-offset-noise); as
 * `noise_offset` in diffusers' training examples.
 */
function addOffset(noise: Float32Array, seed: number, step: number, batch: number, { strength, channels }: Offset) {
  const offsets = new Float32Array(batch * channels);
  gaussian(seed, step * offsets.length, offsets, OFFSET_STREAM);
  const area = noise.length / offsets.length;
  for (let i = 0; i < noise.length; i++) noise[i]! += strength * offsets[Math.floor(i / area)]!;
}
