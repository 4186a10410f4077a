/**
 * `AutoencoderKL`: pictures to smaller ones of other channels, the latents, and back. Arithmetic, parameter names and shapes are
 * those of diffusers' class of that name. Our additions, off by default: patches, which save most of the cost of the outermost level,
 * and halves without their middle or last activation, or with fewer layers in the decoder, as MONAI has them.
 *
 * Source: Kingma & Welling, "Auto-Encoding Variational Bayes" (arXiv 1312.6114); Rombach et al. (arXiv 2112.10752), section 3.1.
 */
import { NO_VARIANCE, scaledSides } from '@onnoise/scheduler/model';
import * as tf from '@tensorflow/tfjs';
import { declareInto, type Layer } from '../layers/declare.ts';
import { conv2d } from '../layers/layers.ts';
import { split, together } from '../layers/patches.ts';
import type { Halves, NetworkRecord, ParameterSpec } from '../layers/types.ts';
import { type AutoencoderConfig, readAutoencoderConfig } from './autoencoder-config.ts';
import { AUTOENCODER, channelsFirst, channelsLast, decoder, encoder } from './autoencoder-halves.ts';

/** As diffusers bounds it. */
const LOG_VARIANCE = [NO_VARIANCE, 20] as const;

const strideOf = ({ block_out_channels, patch_size }: AutoencoderConfig) =>
  patch_size * 2 ** (block_out_channels.length - 1);

function build(config: AutoencoderConfig, parameters: ParameterSpec[]) {
  const { in_channels: channels, latent_channels: latents, patch_size: side } = config;
  const declare = declareInto(parameters);
  const deep = channels * side ** 2;
  const down = encoder(declare.in('encoder'), config, deep, 2 * latents);
  const up = decoder(declare.in('decoder'), config, latents, deep);
  const pixelwise = (name: string, width: number, used: boolean): Layer =>
    used ? conv2d(declare.in(name), width, width, { kernel: 1, padding: 0 }) : (_, x) => x;
  const quant = pixelwise('quant_conv', 2 * latents, config.use_quant_conv);
  const postQuant = pixelwise('post_quant_conv', latents, config.use_post_quant_conv);
  const encode: Layer = (pass, x) => quant(pass, down(pass, side === 1 ? x : split(x, side)));
  const decode: Layer = (pass, z) => {
    const pixels = up(pass, postQuant(pass, z));
    return side === 1 ? pixels : together(pass, pixels, side);
  };
  const meanOf = (moments: tf.Tensor4D): tf.Tensor4D => half(moments, latents, 0);
  const halves: Halves = {
    shape: [latents, ...scaledSides(config.sample_size, 1 / strideOf(config))],
    encode: (values, images, options) =>
      tf.tidy(() => {
        const moments = encode({ ...options, parameters: values }, channelsLast(images));
        const logVariance = tf.clipByValue(half(moments, latents, 1), ...LOG_VARIANCE);
        return { mean: channelsFirst(meanOf(moments)), logVariance: channelsFirst(logVariance) };
      }),
    decode: (values, latents, options) =>
      tf.tidy(() => channelsFirst(decode({ ...options, parameters: values }, channelsLast(latents)))),
  };
  return {
    forward: (pass: Parameters<Layer>[0], sample: tf.Tensor4D) => decode(pass, meanOf(encode(pass, sample))),
    halves,
  };
}

/** The first or second half of the channels, [N, h, w, 2 width]. */
const half = (moments: tf.Tensor4D, width: number, which: 0 | 1): tf.Tensor4D => {
  const [n, h, w] = moments.shape;
  return tf.slice(moments, [0, 0, 0, which * width], [n, h, w, width]);
};

export const autoencoderRecord: NetworkRecord<AutoencoderConfig> = {
  className: 'AutoencoderKL',
  ...AUTOENCODER,
  read: readAutoencoderConfig,
  stride: strideOf,
  build,
  ours: { encoder_mid_block: true, decoder_mid_block: true, conv_act: true, decoder_layers_per_block: null },
};
