import type { EmbeddingOptions } from '#training/layers/time-embedding.ts';

/** The sinusoidal embedding of any timestep, in float64. */
export function exactEmbedding({ width, shift, cosFirst }: Omit<EmbeddingOptions, 'count'>, t: number): number[] {
  const half = Math.floor(width / 2);
  const angles = Array.from({ length: half }, (_, i) => t * 10_000 ** (-i / (half - shift)));
  const [sines, cosines] = [angles.map(Math.sin), angles.map(Math.cos)];
  return [...(cosFirst ? [...cosines, ...sines] : [...sines, ...cosines]), ...(width % 2 ? [0] : [])];
}
