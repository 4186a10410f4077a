/** The halves of an autoencoder whose latents have no distribution: encoding a picture twice gives the same. */
import { type ImageShape, NO_VARIANCE } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import type { Layer } from '../layers/declare.ts';
import type { Forward, Halves } from '../layers/types.ts';
import { channelsFirst, channelsLast } from './autoencoder-halves.ts';

/**
 * @param shape [Z, h, w] of the latents
 * @param encode, decode feature maps, NHWC
 */
export function fixedLatents(shape: ImageShape, encode: Layer, decode: Layer): { forward: Forward; halves: Halves } {
  return {
    forward: (pass, sample) => decode(pass, encode(pass, sample)),
    halves: {
      shape,
      encode: (values, images, options) =>
        tf.tidy(() => {
          const mean = channelsFirst(encode({ ...options, parameters: values }, channelsLast(images)));
          // A constant of the mean's shape, whatever the batch.
          return { mean, logVariance: tf.clipByValue(mean, NO_VARIANCE, NO_VARIANCE) };
        }),
      decode: (values, latents, options) =>
        tf.tidy(() => channelsFirst(decode({ ...options, parameters: values }, channelsLast(latents)))),
    },
  };
}
