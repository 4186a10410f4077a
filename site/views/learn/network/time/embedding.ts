/**
 * The time embedding: sines and cosines of t at many frequencies, as the network computes it, and how alike two are.
 *
 * Source: Vaswani et al. 2017, section 3.5; diffusers' `get_timestep_embedding`.
 */
import type { UnetConfig } from '../../lesson.ts';

export interface EmbeddingOptions {
  /** Length of the vector, even. */
  dim: number;
  /** Longest wavelength over the shortest, about. */
  base: number;
  /** Taken off the number of frequencies where they are spread: 0, or 1 in the tutorial. */
  shift: number;
  /** Cosines stand before sines. */
  cosinesFirst: boolean;
}

export const BASE = 10_000;

/** Of a network's configuration. */
export const optionsOf = ({
  block_out_channels,
  flip_sin_to_cos,
  freq_shift,
}: Pick<UnetConfig, 'block_out_channels' | 'flip_sin_to_cos' | 'freq_shift'>): EmbeddingOptions => ({
  dim: block_out_channels[0]!,
  base: BASE,
  shift: freq_shift,
  cosinesFirst: flip_sin_to_cos,
});

/** Radians for each step of t, [dim / 2], the fastest first. */
export function frequenciesOf({ dim, base, shift }: EmbeddingOptions): number[] {
  const half = Math.floor(dim / 2);
  return Array.from({ length: half }, (_, i) => base ** (-i / (half - shift)));
}

/** One row, [dim], values in [-1, 1]. */
export function embeddingOf(t: number, options: EmbeddingOptions): Float32Array {
  const angles = frequenciesOf(options).map((frequency) => t * frequency);
  const [sines, cosines] = [angles.map(Math.sin), angles.map(Math.cos)];
  const row = options.cosinesFirst ? [...cosines, ...sines] : [...sines, ...cosines];
  return Float32Array.from({ length: options.dim }, (_, i) => row[i] ?? 0);
}

/** The dot product of two rows over that of a row with itself, dim / 2: 1 for the same t. */
export function alike(a: Float32Array, b: Float32Array): number {
  const dot = (of: Float32Array) => a.reduce((sum, value, i) => sum + value * of[i]!, 0);
  return dot(b) / dot(a);
}
