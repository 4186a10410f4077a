/**
 * The time embedding: sines and cosines of t at many frequencies, as the network computes it, and how alike two are.
 *
 * Source: Vaswani et al. 2017, section 3.5; diffusers' `get_timestep_embedding`.
 */
import type { UnetConfig } from '../lesson.ts';

interface EmbeddingOptions {
  /** Length of the vector, even. */
  dim: number;
  /** Longest wavelength over the shortest, about. */
  base: number;
  /** Taken off the number of frequencies where they are spread: 0, or 1 in the tutorial. */
  shift: number;
  /** Cosines stand before sines. */
  cosinesFirst: boolean;
}

const BASE = 10_000;

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
  return embedder(options)(t);
}

/** The same for many times. */
export function embedder(options: EmbeddingOptions): (t: number) => Float32Array {
  const { dim, cosinesFirst } = options;
  const frequencies = frequenciesOf(options);
  const half = frequencies.length;
  const [sines, cosines] = cosinesFirst ? [half, 0] : [0, half];
  return (t) => {
    const row = new Float32Array(dim);
    for (let i = 0; i < half; i++) {
      row[sines + i] = Math.sin(t * frequencies[i]!);
      row[cosines + i] = Math.cos(t * frequencies[i]!);
    }
    return row;
  };
}

/** The dot product of two rows over that of a row with itself, dim / 2: 1 for the same t. */
export function alike(a: Float32Array, b: Float32Array): number {
  let [together, alone] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    together += a[i]! * b[i]!;
    alone += a[i]! * a[i]!;
  }
  return together / alone;
}
