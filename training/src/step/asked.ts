/**
 * What makes a student's pictures show what was asked for: a reader, which learns from real images to see their class and numbers in
 * feature maps of the teacher, reads the pictures as well, and the student lessens how far they are from what was asked. The teacher is
 * told nothing while the reader looks, and sees images and pictures with the same noise.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { pickTold } from '../model/told.ts';
import { READER } from './apart.ts';
import type { Tensors, TrainStepOptions } from './contracts.ts';
import { watched } from './looking.ts';
import { createReader } from './reader.ts';

/** Of so many images and pictures one is read: a pass of the teacher each, and its gradient. */
const EVERY = 2;

export interface Reading {
  /** What the student is to lessen, of pictures [B, C, H, W]. */
  plea(pictures: tf.Tensor4D): tf.Scalar;
  /** Gradients of the reader, by their names in the state. After `plea`. */
  learn(): [string, tf.Tensor][];
}

/**
 * @param heads the reader's weights
 * @param teacher its weights
 * @param inputs real `images` and `noise` [B, C, H, W]; `timesteps` [B] of the discriminator; what the model is told
 * @param counts [B]: 1 for a picture that counts, 0 for others
 */
export function readAsked(
  model: TrainableModel,
  options: TrainStepOptions,
  heads: Tensors,
  teacher: Tensors,
  inputs: Tensors,
  counts: tf.Tensor1D,
): Reading {
  const { misread } = createReader(model);
  const count = Math.ceil(options.batch / EVERY);
  const first = <T extends tf.Tensor>(tensor: T): T => tf.slice(tensor, 0, count);
  const told = options.told ?? [];
  const some = Object.fromEntries(
    ['noise', 'timesteps', ...told.map(({ name }) => name)].map((name) => [name, first(inputs[name]!)]),
  );
  const asked = pickTold(told, some);
  const nothing = pickTold(
    told,
    Object.fromEntries(
      told.map(({ name, dtype, absent }) => [name, tf.fill(some[name]!.shape, absent, dtype)] as const),
    ),
  );
  const { look, learn } = watched(model, { ...options, batch: count }, teacher, some, nothing);
  const real = look(first(inputs.images as tf.Tensor4D));
  return {
    plea: (pictures) => tf.mean(tf.mul(first(counts), misread(heads, look(first(pictures)), asked))),
    learn: () => learn(READER, heads, () => tf.mean(misread(heads, real, asked)) as tf.Scalar),
  };
}
