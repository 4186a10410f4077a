/**
 * The time embedding: sines and cosines of t at many frequencies, as the network computes it.
 *
 * Source: Vaswani et al. 2017, section 3.5; diffusers' `get_timestep_embedding`.
 */
import type { UnetConfig } from '../lesson.ts';

const SLOWEST = 10_000;

/** One row, [dim], values in [-1, 1]. */
export function embeddingOf(
  t: number,
  config: Pick<UnetConfig, 'block_out_channels' | 'flip_sin_to_cos' | 'freq_shift'>,
) {
  const dim = config.block_out_channels[0]!;
  const half = Math.floor(dim / 2);
  const angles = Array.from({ length: half }, (_, i) => t * SLOWEST ** (-i / (half - config.freq_shift)));
  const [sines, cosines] = [angles.map(Math.sin), angles.map(Math.cos)];
  const row = config.flip_sin_to_cos ? [...cosines, ...sines] : [...sines, ...cosines];
  return Float32Array.from({ length: dim }, (_, i) => row[i] ?? 0);
}
