/** What a head of a student's judges sees in a feature map, before it says anything: Sauer et al. (arXiv 2403.12015). */
import * as tf from '@tensorflow/tfjs';
import type { Declare, Pass } from '../model/declare.ts';
import { conv2d } from '../model/layers.ts';
import { groupNorm } from '../model/normalization.ts';

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
