/**
 * A discriminator: small heads, each on a feature map of a network that stays as it is, which say of every picture whether it is a
 * real one.
 *
 * Source: Sauer et al., "Fast High-Resolution Image Synthesis with Latent Adversarial Diffusion Distillation" (arXiv 2403.12015).
 */
import * as tf from '@tensorflow/tfjs';
import { type Declare, declareInto, type Layer } from '../model/declare.ts';
import { conv2d } from '../model/layers.ts';
import { groupNorm } from '../model/normalization.ts';
import type { ParameterSpec, Parameters } from '../model/types.ts';

/** Channels of a head. */
const WIDTH = 32;
const GROUPS = [8, 4, 2, 1] as const;
const EPSILON = 1e-5;
/** Of the leaky ReLU below 0. */
const SLOPE = 0.2;

export interface Discriminator {
  parameters: ParameterSpec[];
  /** Feature maps [N, H, W, width] to a verdict of each on every picture, [N, maps]: the larger, the more like a real one. */
  judge(parameters: Parameters, maps: readonly tf.Tensor4D[]): tf.Tensor2D;
}

/** @param widths channels of the feature maps */
export function createDiscriminator(widths: readonly number[]): Discriminator {
  const parameters: ParameterSpec[] = [];
  const declare = declareInto(parameters).in('heads');
  const heads = widths.map((width, i) => head(declare.in(`${i}`), width));
  return {
    parameters,
    judge(values, maps) {
      const pass = { parameters: values, training: true };
      return tf.stack(
        maps.map((map, i) => tf.mean(heads[i]!(pass, map), [1, 2, 3])),
        1,
      ) as tf.Tensor2D;
    },
  };
}

function head(declare: Declare, width: number): Layer {
  const norm = groupNorm(declare.in('norm'), width, GROUPS.find((count) => width % count === 0)!, EPSILON);
  const narrow = conv2d(declare.in('conv1'), width, WIDTH, { kernel: 1, padding: 0 });
  const around = conv2d(declare.in('conv2'), WIDTH, WIDTH, { kernel: 3, padding: 1 });
  const verdict = conv2d(declare.in('conv_out'), WIDTH, 1, { kernel: 1, padding: 0 });
  return (pass, x) => {
    const near: tf.Tensor4D = tf.leakyRelu(narrow(pass, norm(pass, x)), SLOPE);
    return verdict(pass, tf.leakyRelu(around(pass, near), SLOPE));
  };
}
