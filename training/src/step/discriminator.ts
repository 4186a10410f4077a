/**
 * A discriminator: small heads, each on a feature map of a network that stays as it is, which say of every picture whether it is a
 * real one, and one of what the network was told: of its class, and of its numbers.
 *
 * Source: Sauer et al., "Fast High-Resolution Image Synthesis with Latent Adversarial Diffusion Distillation" (arXiv 2403.12015);
 * Miyato & Koyama, "cGANs with Projection Discriminator" (arXiv 1802.05637), for what it is told.
 */
import * as tf from '@tensorflow/tfjs';
import { conditionEmbedding } from '../layers/condition-embedding.ts';
import { type Declare, declareInto, type Pass } from '../layers/declare.ts';
import { embedding, linear } from '../layers/layers.ts';
import type { ParameterSpec, Parameters } from '../layers/types.ts';
import type { TrainableModel } from '../model/described.ts';
import { looking } from './looking.ts';

/** The discriminator looks at pictures at so many timesteps, those with least noise: two fifths of all. */
export const judgedTimesteps = ({ T }: { T: number }): number => Math.max(1, Math.round(0.4 * T));

/** Channels of a head. */
const WIDTH = 32;

/** The network whose feature maps it looks at, and what that is told. */
export type Judged = Pick<TrainableModel, 'featureWidths' | 'classCount' | 'nullCondition' | 'conditions'>;

/** What the network was told of [N] pictures, as `Pass` has it. */
export interface Told {
  labels?: tf.Tensor1D;
  conditions?: tf.Tensor2D;
}

export interface Discriminator {
  parameters: ParameterSpec[];
  /**
   * Feature maps [N, H, W, width] to a verdict of each on every picture, [N, maps]: the larger, the more like a real one.
   * @param told what the network was told
   */
  judge(parameters: Parameters, maps: readonly tf.Tensor4D[], told: Told): tf.Tensor2D;
}

export function createDiscriminator({ featureWidths: widths = [], ...told }: Judged): Discriminator {
  const parameters: ParameterSpec[] = [];
  const declare = declareInto(parameters).in('heads');
  const heads = widths.map((width, i) => head(declare.in(`${i}`), width, told));
  return {
    parameters,
    judge(values, maps, told) {
      const pass = { parameters: values, training: true, ...told };
      return tf.stack(
        maps.map((map, i) => heads[i]!(pass, map)),
        1,
      ) as tf.Tensor2D;
    },
  };
}

/** A feature map to the verdict of a head, [N]. */
function head(declare: Declare, width: number, told: Judged): (pass: Pass, x: tf.Tensor4D) => tf.Tensor1D {
  const { classCount = null, nullCondition = false, conditions = [] } = told;
  const look = looking(declare, width, WIDTH);
  const verdict = linear(declare.in('out'), WIDTH, 1);
  const rows = (classCount ?? 0) + (nullCondition ? 1 : 0);
  const classes = classCount === null ? undefined : embedding(declare.in('class_embedding'), rows, WIDTH);
  const numbers =
    conditions.length > 0
      ? conditionEmbedding(declare.in('condition_embeddings'), conditions.length, WIDTH)
      : undefined;
  return (pass, x) => {
    const seen = look(pass, x);
    const asked = [classes?.(pass, pass.labels!), numbers?.(pass, pass.conditions!)].filter((e) => e !== undefined);
    const suits = asked.map((embedded) => tf.div(tf.sum(tf.mul(seen, embedded), 1), Math.sqrt(WIDTH)));
    return suits.reduce((sum, part) => tf.add(sum, part), tf.squeeze(verdict(pass, seen), [1])) as tf.Tensor1D;
  };
}
