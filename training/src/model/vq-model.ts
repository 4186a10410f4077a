/**
 * `VQModel`: an autoencoder whose decoder first takes the nearest code of a list for each place of the latents. Arithmetic, parameter
 * names and shapes are those of diffusers' class of that name. It is only imported.
 *
 * Source: van den Oord et al., "Neural Discrete Representation Learning" (arXiv 1711.00937); Rombach et al. (arXiv 2112.10752).
 */
import { type ImageShape, NO_VARIANCE, scaledSides } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import { declareInto, type Layer, use } from '../layers/declare.ts';
import { conv2d } from '../layers/layers.ts';
import type { Forward, Halves, NetworkRecord, ParameterSpec } from '../layers/types.ts';
import { AUTOENCODER, channelsFirst, channelsLast, decoder, encoder } from './autoencoder-halves.ts';
import { readVQConfig, type VQConfig } from './vq-model-config.ts';

const strideOf = ({ block_out_channels }: VQConfig) => 2 ** (block_out_channels.length - 1);

function build(config: VQConfig, parameters: ParameterSpec[]) {
  const { in_channels: channels, latent_channels: inner, num_vq_embeddings: count } = config;
  const latents = config.vq_embed_dim ?? inner;
  const declare = declareInto(parameters);
  const asDiffusers = {
    ...config,
    patch_size: 1,
    encoder_mid_block: true,
    decoder_mid_block: true,
    conv_act: true,
    decoder_layers_per_block: null,
  };
  const pixelwise = { kernel: 1, padding: 0 };
  const down = encoder(declare.in('encoder'), asDiffusers, channels, inner);
  const quant = conv2d(declare.in('quant_conv'), inner, latents, pixelwise);
  const codes = declare('quantize.embedding.weight', [count, latents], { kind: 'uniform', bound: 1 / count });
  const postQuant = conv2d(declare.in('post_quant_conv'), latents, inner, pixelwise);
  const up = decoder(declare.in('decoder'), asDiffusers, inner, channels);
  const settle: Layer = (pass, z) => nearest(use<tf.Tensor2D>(pass, codes), z);
  const { forward, halves } = fixedLatents(
    [latents, ...scaledSides(config.sample_size, 1 / strideOf(config))],
    (pass, x) => quant(pass, down(pass, x)),
    (pass, z) => up(pass, postQuant(pass, settle(pass, z))),
  );
  return {
    forward,
    halves: {
      ...halves,
      settle: (values: Record<string, tf.Tensor>, z: tf.Tensor4D) =>
        tf.tidy(() => channelsFirst(settle({ parameters: values, training: false }, channelsLast(z)))),
    },
  };
}

/**
 * The halves of an autoencoder whose latents have no distribution: encoding a picture twice gives the same.
 * @param shape [Z, h, w] of the latents
 * @param encode, decode feature maps, NHWC
 */
function fixedLatents(shape: ImageShape, encode: Layer, decode: Layer): { forward: Forward; halves: Halves } {
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

/** Values of the comparison with all codes at a time, 16 MiB: rows of the latents take turns. */
const MOST = 2 ** 22;

/**
 * The nearest of the codes [K, D] for each place of z, [N, h, w, D]. It is the one with the largest z e - e^2 / 2, a 1 x 1
 * convolution: the square of z is the same for all.
 */
function nearest(codes: tf.Tensor2D, z: tf.Tensor4D): tf.Tensor4D {
  const [count, width] = codes.shape;
  const [, height, wide] = z.shape;
  const filter: tf.Tensor4D = tf.reshape(tf.transpose(codes), [1, 1, width, count]);
  const halfSquares = tf.mul(tf.sum(tf.square(codes), 1), 0.5); // [K]
  const rows = Math.max(1, Math.min(height, Math.floor(MOST / (wide * count))));
  const turns = Array.from({ length: Math.ceil(height / rows) }, (_, i) => Math.min(rows, height - i * rows));
  const parts = turns.length === 1 ? [z] : tf.split<tf.Tensor4D>(z, turns, 1);
  const found = parts.map((part): tf.Tensor4D => {
    const products: tf.Tensor4D = tf.conv2d(part, filter, 1, 'valid'); // [N, rows, w, K]
    return tf.gather<tf.Tensor>(codes, tf.argMax(tf.sub(products, halfSquares), 3)) as tf.Tensor4D;
  });
  return found.length === 1 ? found[0]! : tf.concat(found, 1);
}

export const vqModelRecord: NetworkRecord<VQConfig> = {
  className: 'VQModel',
  ...AUTOENCODER,
  read: readVQConfig,
  stride: strideOf,
  build,
  imported: true,
};
