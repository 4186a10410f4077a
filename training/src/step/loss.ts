/**
 * The three losses between a prediction and its target, each the mean over all values as in PyTorch
 * (`l1_loss`, `mse_loss`, `huber_loss`), and the weight of an image by its timestep.
 */
import type { PredictionType } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';

export const LOSS_NAMES = ['l1', 'l2', 'huber'] as const;
type LossName = (typeof LOSS_NAMES)[number];

/** Where the Huber loss turns from a parabola into a line; PyTorch's default. */
export const HUBER_DELTA = 1;

export interface LossOptions {
  loss: LossName;
  /** Of the Huber loss, above 0. */
  huberDelta: number;
}

/**
 * @param prediction, target [B, C, H, W]
 * @param weights [B, 1, 1, 1] of the images; without them all weigh 1.
 * @returns a scalar
 */
export function meanLoss(
  options: LossOptions,
  prediction: tf.Tensor,
  target: tf.Tensor,
  weights?: tf.Tensor,
): tf.Scalar {
  const losses = lossOfValues(options, tf.sub(prediction, target));
  return tf.mean(weights ? tf.mul(losses, weights) : losses);
}

function lossOfValues({ loss, huberDelta: delta }: LossOptions, difference: tf.Tensor): tf.Tensor {
  if (loss === 'l2') return tf.mul(difference, difference);
  const distance = tf.abs(difference);
  if (loss === 'l1') return distance;
  // With r = max(|d| - delta, 0) and q = |d| - r, q^2 / 2 + delta r is both pieces of the Huber loss at once.
  const excess = tf.relu(tf.sub(distance, delta));
  const inside = tf.sub(distance, excess);
  return tf.add(tf.mul(tf.mul(inside, inside), 0.5), tf.mul(excess, delta));
}

/** The loss of one value; `meanLoss` is the mean of these. */
export function lossOf({ loss, huberDelta: delta }: LossOptions, difference: number): number {
  const distance = Math.abs(difference);
  if (loss === 'l1') return distance;
  if (loss === 'l2') return distance * distance;
  return distance < delta ? distance ** 2 / 2 : delta * (distance - delta / 2);
}

/**
 * Min-SNR-gamma weights: the loss of a timestep counts as that of x0 would with a weight of min(SNR, gamma), so that
 * timesteps with little noise do not outweigh the others. With SNR = alphaBar / (1 - alphaBar), the network's own loss
 * gets min(SNR, gamma) / SNR where it predicts the noise, min(SNR, gamma) / (SNR + 1) for the velocity and
 * min(SNR, gamma) for x0.
 *
 * Source: Hang et al., "Efficient Diffusion Training via Min-SNR Weighting Strategy" (arXiv 2303.09556), section 3.4;
 * the velocity as in diffusers' training examples.
 *
 * @param alphaBar in [0, 1]; where it is 0 or 1 the weights are their limits.
 */
export function minSnrWeight(alphaBar: number, gamma: number, predictionType: PredictionType): number {
  const noise = 1 - alphaBar;
  // min(SNR, gamma) times the noise: no division by 0.
  const clipped = Math.min(alphaBar, gamma * noise);
  if (predictionType === 'v_prediction') return clipped;
  if (predictionType === 'epsilon') return alphaBar === 0 ? 1 : clipped / alphaBar;
  return noise === 0 ? gamma : clipped / noise;
}
