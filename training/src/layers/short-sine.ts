/**
 * Sine and cosine of small angles as polynomials, for graphs that WebGPU runs: it computes sines imprecisely (an error
 * up to 2^-11).
 */
import * as tf from '@tensorflow/tfjs';

/** 1 - x²/2! + x⁴/4! - x⁶/6!: exactly 1 at 0, within 1e-7 for |x| <= 1/2. */
export const shortCos = (x: tf.Tensor): tf.Tensor => series(tf.square(x), [1, -1 / 2, 1 / 24, -1 / 720]);

/** x - x³/3! + x⁵/5! - x⁷/7!: exactly 0 at 0, within 1e-8 for |x| <= 1/2. */
export const shortSin = (x: tf.Tensor): tf.Tensor => tf.mul(x, series(tf.square(x), [1, -1 / 6, 1 / 120, -1 / 5040]));

/** c0 + c1 x + c2 x² ..., by Horner's rule. */
function series(x: tf.Tensor, coefficients: readonly number[]): tf.Tensor {
  const [last, ...rest] = coefficients.toReversed();
  return rest.reduce<tf.Tensor>((sum, c) => tf.add(tf.mul(sum, x), c), tf.scalar(last!));
}
