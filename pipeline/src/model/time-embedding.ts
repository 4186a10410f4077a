/**
 * Sinusoidal time embeddings as tables: row t is the embedding of timestep t, computed in float64 and rounded once.
 * An exported graph then looks a row up instead of computing sines, which WebGPU does imprecisely.
 *
 * Limits: timesteps are whole numbers in 0..count-1.
 */
import * as tf from '@tensorflow/tfjs';

export interface TableOptions {
  /** T. */
  count: number;
  /** Width of the embedding; an odd one ends in a zero. */
  width: number;
  /** Subtracted from the number of frequencies: frequency i is 10000^(-i / (width/2 - shift)). */
  shift: number;
  /** Cosines before sines. */
  cosFirst: boolean;
}

/** [count, width], row by row. Source: Vaswani et al. (arXiv 1706.03762), section 3.5; diffusers' `Timesteps`. */
export function sinusoidalTable({ count, width, shift, cosFirst }: TableOptions): Float32Array {
  const half = Math.floor(width / 2);
  const table = new Float32Array(count * width);
  const [sin, cos] = cosFirst ? [half, 0] : [0, half];
  for (let i = 0; i < half; i++) {
    const frequency = Math.exp((-Math.log(10000) * i) / (half - shift));
    for (let t = 0; t < count; t++) {
      table[t * width + sin + i] = Math.sin(t * frequency);
      table[t * width + cos + i] = Math.cos(t * frequency);
    }
  }
  return table;
}

/** The rows of `table` for float timesteps [N]: [N, width]. */
export const lookUp = (table: Float32Array, count: number, timestep: tf.Tensor1D): tf.Tensor2D =>
  tf.gather(tf.tensor2d(table, [count, table.length / count]), tf.cast(timestep, 'int32'));
