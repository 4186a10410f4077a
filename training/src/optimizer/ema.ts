/** Exponential moving average of the weights. */
import * as tf from '@tensorflow/tfjs';

/** average + rate (value - average) with rate = 1 - decay, so that a decay near 1 keeps its digits in float32. */
export function emaUpdate(average: tf.Tensor, value: tf.Tensor, rate: tf.Scalar): tf.Tensor {
  return tf.add(average, tf.mul(tf.sub(value, average), rate));
}
