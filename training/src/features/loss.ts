/**
 * How far pictures are from images in the features of a network: the layers' vectors at each place, made of length 1, and the squared
 * distance of those of picture and image; a mean over places and images, then over layers.
 *
 * Source: Zhang et al. 2018, "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric" (arXiv 1801.03924), equation 1,
 * without its learnt weights. The small number in the length is torchmetrics'.
 */
import * as tf from '@tensorflow/tfjs';
import { featuresOf } from './run.ts';
import type { FeatureNetwork } from './types.ts';

const EPSILON = 1e-8;

/** @param pictures [B, C, H, W], as `images`, both from -1 to 1 @returns from 0 to 4 */
export function featureLoss(network: FeatureNetwork, pictures: tf.Tensor4D, images: tf.Tensor4D): tf.Scalar {
  const wanted = featuresOf(network, images);
  const distances = featuresOf(network, pictures).map((layer, i) => {
    const squares = tf.squaredDifference(unit(layer), unit(wanted[i]!));
    return tf.mean(tf.sum(squares, 1));
  });
  return tf.div(
    distances.reduce((sum, distance) => tf.add(sum, distance)),
    distances.length,
  );
}

/** Of length 1 along the channels. @param layer [B, C, h, w] */
const unit = (layer: tf.Tensor4D): tf.Tensor =>
  tf.div(layer, tf.sqrt(tf.add(tf.sum(tf.square(layer), 1, true), EPSILON)));
