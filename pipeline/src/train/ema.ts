/**
 * Exponential moving average of the weights, with a warm-up so that the first, random weights are soon forgotten:
 * decay(n) = min(decay, (1 + n) / (10 + n)), as in TensorFlow's `ExponentialMovingAverage(num_updates)`.
 */
import * as tf from '@tensorflow/tfjs';

/** `updates` counts the averages made before this one: 0 for the first. */
export function emaDecayAt(updates: number, decay: number): number {
  return Math.min(decay, (1 + updates) / (10 + updates));
}

/** average + rate (value - average) with rate = 1 - decay, so that a decay near 1 keeps its digits in float32. */
export function emaUpdate(average: tf.Tensor, value: tf.Tensor, rate: tf.Scalar): tf.Tensor {
  return tf.add(average, tf.mul(tf.sub(value, average), rate));
}
