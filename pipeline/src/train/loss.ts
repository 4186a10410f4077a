/**
 * The three losses between a prediction and its target, each the mean over all values as in PyTorch
 * (`l1_loss`, `mse_loss`, `huber_loss` with delta 1).
 */
import * as tf from '@tensorflow/tfjs';

export const LOSS_NAMES = ['l1', 'l2', 'huber'] as const;
export type LossName = (typeof LOSS_NAMES)[number];

/** Where the Huber loss turns from a parabola into a line; PyTorch's default. */
export const HUBER_DELTA = 1;

/** Both [B, C, H, W]; returns a scalar. */
export function meanLoss(name: LossName, prediction: tf.Tensor, target: tf.Tensor): tf.Scalar {
  const difference = tf.sub(prediction, target);
  if (name === 'l2') return tf.mean(tf.mul(difference, difference));
  const distance = tf.abs(difference);
  if (name === 'l1') return tf.mean(distance);
  // With r = max(|d| - delta, 0) and q = |d| - r, q^2 / 2 + delta r is both pieces of the Huber loss at once.
  const excess = tf.relu(tf.sub(distance, HUBER_DELTA));
  const inside = tf.sub(distance, excess);
  return tf.mean(tf.add(tf.mul(tf.mul(inside, inside), 0.5), tf.mul(excess, HUBER_DELTA)));
}
