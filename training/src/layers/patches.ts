/**
 * Images in patches: a network that works on p x p pixels at a time sees a picture of 1 / p the side and p^2 the
 * channels. That saves most of its cost, which lies in the outermost layers.
 *
 * Channel (c p + i) p + j of a patch is the pixel in row i and column j of channel c: PyTorch's `PixelUnshuffle` before
 * the network and `PixelShuffle` after it.
 *
 * Source: Luhman & Luhman, "Improving Diffusion Model Efficiency Through Patching" (arXiv 2207.04316).
 */
import * as tf from '@tensorflow/tfjs';
import type { Pass } from './declare.ts';
import type { Forward } from './types.ts';

/** A network on images, made of one on patches. @param side p, in pixels; 1: the network as it is */
export function inPatches(side: number, network: Forward): Forward {
  if (side === 1) return network;
  return (pass, sample, timestep) => {
    return together(pass, network(pass, split(sample, side), timestep), side);
  };
}

/** What a network says of patches, as pixels. */
export const together = ({ training }: Pass, x: tf.Tensor4D, side: number): tf.Tensor4D =>
  training ? join(x, side) : joinInOne(x, side);

/** [N, H, W, C] to [N, H / p, W / p, C p^2] */
export function split(x: tf.Tensor4D, side: number): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const [h, w] = [height / side, width / side];
  const apart = tf.reshape(x, [n, h, side, w, side, channels]);
  return tf.reshape(tf.transpose(apart, [0, 1, 3, 5, 2, 4]), [n, h, w, channels * side * side]);
}

/** [N, H, W, C p^2] to [N, H p, W p, C] */
function join(x: tf.Tensor4D, side: number): tf.Tensor4D {
  const [n, h, w, deep] = x.shape;
  const channels = deep / side ** 2;
  const apart = tf.reshape(x, [n, h, w, channels, side, side]);
  return tf.reshape(tf.transpose(apart, [0, 1, 4, 2, 5, 3]), [n, h * side, w * side, channels]);
}

/**
 * The same as one operator, which has no gradient in tfjs. An exported graph must not end in a Reshape: onnxruntime-web
 * 1.30 then gives zeros where it captures the graph on WebGPU.
 */
function joinInOne(x: tf.Tensor4D, side: number): tf.Tensor4D {
  const [n, h, w, deep] = x.shape;
  const channels = deep / side ** 2;
  // tfjs' operator has the channel last: (i p + j) C + c.
  const pixels = tf.transpose(tf.reshape(x, [n, h, w, channels, side * side]), [0, 1, 2, 4, 3]);
  return tf.depthToSpace(channels === 1 ? x : (tf.reshape(pixels, x.shape) as tf.Tensor4D), side, 'NHWC');
}
