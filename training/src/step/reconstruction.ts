/**
 * What an autoencoder learns: to give pictures back from latents drawn of the distribution that it makes of each. Its loss is that of
 * the values, that of the differences between neighbours, without which pictures lose their sharp edges, and a little of the KL
 * divergence from a standard normal, which keeps latents of one size and near each other.
 *
 * Source: Kingma & Welling (arXiv 1312.6114), equation 10; Rombach et al. (arXiv 2112.10752), section 3.1.
 */
import * as tf from '@tensorflow/tfjs';
import type { Halves, Moments, Parameters } from '../layers/types.ts';
import type { TrainableModel } from '../model/described.ts';
import type { Differentiated, Reconstruction, Tensors } from './contracts.ts';
import { type LossOptions, meanLoss } from './loss.ts';

/**
 * @param state with `model.*`
 * @param inputs `images` [B, C, H, W] and `noise` [B, Z, h, w]
 */
export function differentiateAutoencoder(
  model: TrainableModel,
  halves: Halves,
  options: LossOptions & { reconstruction: Reconstruction },
  state: Tensors,
  inputs: Tensors,
): Differentiated {
  const names = model.parameters.map(({ name }) => name);
  const parameters = Object.fromEntries(names.map((name) => [name, state[`model.${name}`]!]));
  const images = inputs.images as tf.Tensor4D;
  const forward = () => reconstruct(halves, options, parameters, images, inputs.noise as tf.Tensor4D).loss;
  const wanted = names.map((name) => parameters[name]!);
  const { value, grads } = tf.engine().gradients(forward, wanted, undefined, true);
  return {
    loss: value as tf.Scalar,
    gradients: new Map(names.map((name, i) => [name, grads[i]!])),
    buffers: new Map(),
  };
}

/** @returns the pictures of latents drawn with this noise, [B, C, H, W], and their loss */
export function reconstruct(
  halves: Halves,
  { reconstruction, ...options }: LossOptions & { reconstruction: Reconstruction },
  parameters: Parameters,
  images: tf.Tensor4D,
  noise: tf.Tensor4D,
): { pictures: tf.Tensor4D; loss: tf.Scalar } {
  const moments = halves.encode(parameters, images, { training: true });
  const pictures = halves.decode(parameters, drawn(moments, noise), { training: true });
  const { edges, kl } = reconstruction;
  const terms: tf.Tensor[] = [meanLoss(options, pictures, images)];
  if (edges > 0) terms.push(tf.mul(edgeLoss(options, pictures, images), edges));
  if (kl > 0) terms.push(tf.mul(divergence(moments), kl));
  return { pictures, loss: terms.reduce((sum, term) => tf.add(sum, term)) as tf.Scalar };
}

/** mean + noise sqrt(variance) */
const drawn = ({ mean, logVariance }: Moments, noise: tf.Tensor4D): tf.Tensor4D =>
  tf.add(mean, tf.mul(noise, tf.exp(tf.mul(logVariance, 0.5))));

/** The losses of the differences down and across, each a mean, together. */
function edgeLoss(options: LossOptions, pictures: tf.Tensor4D, images: tf.Tensor4D): tf.Tensor {
  const [n, channels, height, width] = images.shape;
  const error = tf.sub(pictures, images);
  const between = (down: number, across: number) => {
    const size: [number, number, number, number] = [n, channels, height - down, width - across];
    return tf.sub(tf.slice(error, [0, 0, down, across], size), tf.slice(error, [0, 0, 0, 0], size));
  };
  const zero = tf.scalar(0);
  return tf.add(meanLoss(options, between(1, 0), zero), meanLoss(options, between(0, 1), zero));
}

/** From a standard normal: a mean over the latents' values. */
const divergence = ({ mean, logVariance }: Moments): tf.Tensor => {
  const excess = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.mul(tf.mean(excess), 0.5);
};
