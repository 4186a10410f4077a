/**
 * The embedding of numbers that a network is conditional on, such as an age, to add to the time embedding. Each condition
 * has its own: Fourier features of the normalised value and a flag, then two linear layers with SiLU between them.
 *
 * With v the value, clipped to 8 standard deviations, and w = 2^-4, 2^-3 ... 2^3, the features are
 *
 *     sin(w v)    cos(w v)    1
 *
 * all of them times the flag: an absent value is all zeros. The lowest frequency is nearly linear in v; the highest tells
 * a tenth of a standard deviation apart. Only the sine of the lowest is a polynomial; doubling gives the rest:
 * sin 2a = 2 sin a cos a, cos 2a = 1 - 2 sin² a. So there is no sine in the graph, as WebGPU's is imprecise; the error
 * doubles each time, to 4e-5 at the highest.
 *
 * Source: Tancik et al., "Fourier Features Let Networks Learn High Frequency Functions" (arXiv 2006.10739); the layers are
 * those of diffusers' `TimestepEmbedding`, with its names.
 */
import * as tf from '@tensorflow/tfjs';
import type { Declare, Pass } from './declare.ts';
import { linear } from './layers.ts';
import { silu } from './normalization.ts';
import { shortSin } from './short-sine.ts';

/** Standard deviations; beyond them, values are as if they were there. */
const LARGEST = 8;
const FREQUENCIES = 8;
const FEATURES = 2 * FREQUENCIES + 1;

/**
 * @param count K, number of conditions @param width of the time embedding
 * @returns a function from conditions [N, 2K], first the normalised values and then their flags, to [N, width].
 */
export function conditionEmbedding(declare: Declare, count: number, width: number) {
  const each = Array.from({ length: count }, (_, k) => {
    const linear1 = linear(declare.in(`${k}.linear_1`), FEATURES, width);
    const linear2 = linear(declare.in(`${k}.linear_2`), width, width);
    return (pass: Pass, features: tf.Tensor2D) => linear2(pass, silu(linear1(pass, features)));
  });
  return (pass: Pass, conditions: tf.Tensor2D): tf.Tensor2D => {
    const column = (at: number) => tf.slice(conditions, [0, at], [conditions.shape[0], 1]); // [N, 1]
    const embedded = each.map((embed, k) => embed(pass, conditionFeatures(column(k), column(count + k))));
    return embedded.reduce((sum, next) => tf.add(sum, next));
  };
}

/** Of values [N, 1] and flags [N, 1]: [N, 17], the sines and cosines of each frequency in turn, then the flag. */
export function conditionFeatures(value: tf.Tensor2D, flag: tf.Tensor2D): tf.Tensor2D {
  const lowest = tf.mul(tf.clipByValue(value, -LARGEST, LARGEST), 2 ** -4); // within 1/2
  const half = shortSin(tf.div(lowest, 2));
  let [sin, cos] = [shortSin(lowest), tf.sub(1, tf.mul(2, tf.square(half)))];
  const waves = [sin, cos];
  for (let i = 1; i < FREQUENCIES; i++) {
    [sin, cos] = [tf.mul(2, tf.mul(sin, cos)), tf.sub(1, tf.mul(2, tf.square(sin)))];
    waves.push(sin, cos);
  }
  return tf.concat([tf.mul(tf.concat(waves as tf.Tensor2D[], 1), flag), flag], 1);
}
