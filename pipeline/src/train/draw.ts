/**
 * The random draws of a training step as a pure function of (seed, step), so that a run continues after a stop as if
 * there had been none. They have their own streams, apart from sampling's noise and the data's order.
 */
import { gaussian, randomInts } from '@onnoise/scheduler';

const NOISE_STREAM = 0x7e00_0001;
const TIMESTEP_STREAM = 0x7e00_0002;

export interface Draw {
  noise: Float32Array; // [B, C, H, W] unit normal
  timesteps: Int32Array; // [B] uniform in 0..T - 1
}

/**
 * @param step counts from 0
 * @param size values of one image, C * H * W
 * @param T number of timesteps
 */
export function drawStep(seed: number, step: number, batch: number, size: number, T: number): Draw {
  const noise = new Float32Array(batch * size);
  gaussian(seed, step * noise.length, noise, NOISE_STREAM);
  const timesteps = new Int32Array(batch);
  randomInts(seed, TIMESTEP_STREAM, step * batch, T, timesteps);
  return { noise, timesteps };
}
