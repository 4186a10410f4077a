/** What a student's judges look at: feature maps of the teacher, and in each what a head sees: Sauer et al. (arXiv 2403.12015). */
import * as tf from '@tensorflow/tfjs';
import type { Declare, Pass } from '../layers/declare.ts';
import { conv2d } from '../layers/layers.ts';
import { groupNorm } from '../layers/normalization.ts';
import type { TrainableModel } from '../model/described.ts';
import type { pickTold } from '../model/told.ts';
import type { Tensors, TrainStepOptions } from './contracts.ts';
import { noised } from './noised.ts';

const GROUPS = [8, 4, 2, 1] as const;
const EPSILON = 1e-5;
/** Of the leaky ReLU below 0. */
const SLOPE = 0.2;

/** A feature map [N, H, W, width] to what is seen in all of it, [N, channels]. */
export function looking(
  declare: Declare,
  width: number,
  channels: number,
): (pass: Pass, x: tf.Tensor4D) => tf.Tensor2D {
  const norm = groupNorm(declare.in('norm'), width, GROUPS.find((count) => width % count === 0)!, EPSILON);
  const narrow = conv2d(declare.in('conv1'), width, channels, { kernel: 1, padding: 0 });
  const around = conv2d(declare.in('conv2'), channels, channels, { kernel: 3, padding: 1 });
  return (pass, x) => {
    const near: tf.Tensor4D = tf.leakyRelu(narrow(pass, norm(pass, x)), SLOPE);
    return tf.mean(tf.leakyRelu(around(pass, near), SLOPE), [1, 2]);
  };
}

/**
 * The teacher before a judge. It stays as it is, and sees pictures with the noise of the step.
 * @param teacher its weights
 * @param inputs `noise` [B, C, H, W] and `timesteps` [B]
 * @param told what it is told of the pictures
 */
export function watched(
  model: TrainableModel,
  options: TrainStepOptions,
  teacher: Tensors,
  inputs: Tensors,
  told: ReturnType<typeof pickTold>,
) {
  const held: tf.Tensor[] = [];
  return {
    /** Its feature maps of pictures [B, C, H, W]. */
    look(pictures: tf.Tensor4D): tf.Tensor4D[] {
      const maps: tf.Tensor4D[] = [];
      const { noisy, timestep, betweenTimesteps } = noised(options, pictures, inputs);
      const onFeature = (map: tf.Tensor4D) => maps.push(tf.keep(map));
      model.forward(teacher, noisy, timestep, { training: false, betweenTimesteps, ...told, onFeature });
      held.push(...maps);
      return maps;
    },
    /** Gradients of the judge's weights, by their names in the state; the maps are gone after it. */
    learn(prefix: string, heads: Tensors, loss: () => tf.Scalar): [string, tf.Tensor][] {
      const names = Object.keys(heads);
      const { grads } = tf.engine().gradients(
        loss,
        names.map((name) => heads[name]!),
      );
      for (const map of held) map.dispose();
      return names.map((name, i) => [prefix + name, grads[i]!]);
    },
  };
}
