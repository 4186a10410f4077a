/**
 * Sinusoidal time embeddings without a sine in the graph, because WebGPU computes sines imprecisely. Row t of a table is
 * the embedding of timestep t, computed in float64 and rounded once. Training mostly sees whole timesteps and looks them
 * up.
 *
 * Samplers also ask for timesteps in between, and so does training with a shift. For t = n + r, n the nearest row, the angle addition formulas turn that row
 * by w r, which is at most 1/2, so short polynomials give the sine and cosine of it:
 *
 *     sin(w t) = sin(w n) cos(w r) + cos(w n) sin(w r)        cos(w t) = cos(w n) cos(w r) - sin(w n) sin(w r)
 *
 * At r = 0 that is the row itself, bit for bit. Interpolating rows would be wrong at high frequencies, where neighbouring
 * rows lie up to one radian apart.
 *
 * Limits: timesteps are numbers in 0..count-1.
 */
import * as tf from '@tensorflow/tfjs';
import { shortCos, shortSin } from './short-sine.ts';
import type { ForwardOptions } from './types.ts';

export interface EmbeddingOptions {
  /** T. */
  count: number;
  /** Width of the embedding, 4 or more; an odd one ends in a zero. */
  width: number;
  /** Subtracted from the number of frequencies, 0 to 1: frequency i is 10000^(-i / (width/2 - shift)). */
  shift: number;
  /** Cosines before sines. */
  cosFirst: boolean;
}

type Pass = Pick<ForwardOptions, 'training' | 'betweenTimesteps'>;

const frequencies = ({ width, shift }: EmbeddingOptions): number[] => {
  const half = Math.floor(width / 2);
  return Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10000) * i) / (half - shift)));
};

/** [count, width], row by row. Source: Vaswani et al. (arXiv 1706.03762), section 3.5; diffusers' `Timesteps`. */
export function sinusoidalTable(options: EmbeddingOptions): Float32Array {
  const { count, width, cosFirst } = options;
  const half = Math.floor(width / 2);
  const table = new Float32Array(count * width);
  const [sin, cos] = cosFirst ? [half, 0] : [0, half];
  for (const [i, frequency] of frequencies(options).entries()) {
    for (let t = 0; t < count; t++) {
      table[t * width + sin + i] = Math.sin(t * frequency);
      table[t * width + cos + i] = Math.cos(t * frequency);
    }
  }
  return table;
}

/**
 * The embedding of float timesteps [N] as [N, width], within 1e-6 of float64. In training they must be whole numbers, unless
 * `betweenTimesteps` says otherwise.
 */
export function timeEmbedding(options: EmbeddingOptions) {
  const { count, width } = options;
  const table = sinusoidalTable(options);
  return ({ training, betweenTimesteps }: Pass, timestep: tf.Tensor1D): tf.Tensor2D => {
    const rows = tf.tensor2d(table, [count, width]);
    if (training && !betweenTimesteps) return tf.gather(rows, tf.cast(timestep, 'int32'));
    const nearest = tf.cast(tf.add(timestep, 0.5), 'int32'); // [N]
    const rest = tf.sub(timestep, tf.cast(nearest, 'float32')) as tf.Tensor1D;
    return turn(tf.gather(rows, nearest), rest, options);
  };
}

/** The embeddings of n + r from those of n: `row` [N, width], `rest` r [N]. */
function turn(row: tf.Tensor2D, rest: tf.Tensor1D, { width, cosFirst, ...options }: EmbeddingOptions): tf.Tensor2D {
  const half = Math.floor(width / 2);
  const w = tf.tensor2d(frequencies({ width, cosFirst, ...options }), [1, half]);
  const angle = tf.mul(tf.expandDims(rest, 1), w); // [N, half]
  const [sinAngle, cosAngle] = [shortSin(angle), shortCos(angle)];
  const halves = [0, half].map((begin) => tf.slice(row, [0, begin], [row.shape[0], half]));
  const [sin, cos] = (cosFirst ? halves.reverse() : halves) as [tf.Tensor, tf.Tensor];
  const turned = [
    tf.add(tf.mul(sin, cosAngle), tf.mul(cos, sinAngle)),
    tf.sub(tf.mul(cos, cosAngle), tf.mul(sin, sinAngle)),
  ];
  if (cosFirst) turned.reverse();
  if (width > 2 * half) turned.push(tf.slice(row, [0, 2 * half], [row.shape[0], 1]));
  return tf.concat(turned as tf.Tensor2D[], 1);
}
