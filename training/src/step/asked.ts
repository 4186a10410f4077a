/**
 * What makes a student's pictures show what was asked for. Noise is added to a picture, and the teacher says what it sees in it, once
 * told of the label, numbers or mask, and once told nothing: from the second to the first leads towards what was asked. That is
 * classifier-free guidance (Ho & Salimans, arXiv 2207.12598), which works on a finished picture as well as on the way to one (Liu et
 * al., "Decoupled DMD", arXiv 2511.22677, where it is called CFG augmentation).
 */
import { predictionAt } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { pickTold } from '../model/told.ts';
import type { Tensors, TrainStepOptions } from './contracts.ts';
import { judgedTimesteps } from './discriminator.ts';
import { noised, pick } from './noised.ts';

/** The least error by which the direction is measured, in levels from -1 to 1. */
const LEAST = 0.02;
/** Of so many pictures one is asked about: two passes of the teacher a picture cost a third of a step. */
const EVERY = 2;

/**
 * @param teacher its weights
 * @param inputs `noise` [B, C, H, W]; `timesteps` [B] of the discriminator, which are stretched over all; what the model is told
 * @param counts [B]: 1 for a picture that counts, 0 for others
 * @returns of pictures [B, C, H, W], a scalar 0 whose gradient leads them away from what was asked, since a step goes against it
 */
export function pullToAsked(
  model: TrainableModel,
  options: TrainStepOptions,
  teacher: Tensors,
  inputs: Tensors,
  counts: tf.Tensor1D,
): (pictures: tf.Tensor4D) => tf.Scalar {
  const count = Math.ceil(options.batch / EVERY);
  const first = <T extends tf.Tensor>(tensor: T): T => tf.slice(tensor, 0, count);
  const told = (options.told ?? []).map(({ name }) => name);
  const some = Object.fromEntries(['noise', ...told].map((name) => [name, first(inputs[name]!)]));
  some.timesteps = tf.gather(stretched(options), first(inputs.timesteps as tf.Tensor1D));
  const weights = tf.div(tf.reshape(first(counts), [count, 1, 1, 1]), -count);
  const ofSome = { ...options, batch: count };
  const pull = tf.customGrad((...given) => {
    const [pictures, save] = given as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    save([towardsAsked(model, ofSome, teacher, pictures, some)]);
    const size = pictures.size / count;
    return {
      value: tf.scalar(0),
      gradFunc: (dy, saved) => tf.mul(dy as tf.Scalar, tf.div(tf.mul(weights, (saved as tf.Tensor[])[0]!), size)),
    };
  });
  return (pictures) => pull(first(pictures)) as tf.Scalar;
}

/** The timesteps of the discriminator, evenly over all of them. */
function stretched({ schedule }: Pick<TrainStepOptions, 'schedule'>): tf.Tensor1D {
  const T = schedule.times.length;
  const judged = judgedTimesteps({ T });
  return tf.tensor1d(
    Array.from({ length: judged }, (_, t) => Math.floor(((t + 0.5) * T) / judged)),
    'int32',
  );
}

/** The direction [B, C, H, W], in units of the mean error that the teacher, told, sees in a picture. */
function towardsAsked(
  model: TrainableModel,
  options: TrainStepOptions,
  teacher: Tensors,
  pictures: tf.Tensor4D,
  inputs: Tensors,
): tf.Tensor {
  const { schedule, predictionType, told = [] } = options;
  const { noisy, timestep, betweenTimesteps } = noised(options, pictures, inputs);
  const pass = { training: false, betweenTimesteps };
  const nothing = Object.fromEntries(
    told.map(({ name, dtype, absent }) => [name, tf.fill(inputs[name]!.shape, absent, dtype)] as const),
  );
  const asked = model.forward(teacher, noisy, timestep, { ...pass, ...pickTold(told, inputs) });
  const unasked = model.forward(teacher, noisy, timestep, { ...pass, ...pickTold(told, nothing) });
  const predictions = Array.from(schedule.signal, (signal, t) =>
    predictionAt(predictionType, { signal, noise: schedule.noise[t]! }),
  );
  const p = pick(
    options,
    inputs,
    predictions.map((prediction) => prediction.p),
  );
  const q = pick(
    options,
    inputs,
    predictions.map((prediction) => prediction.q),
  );
  const seen = tf.add(tf.mul(p, noisy), tf.mul(q, asked));
  const error = tf.maximum(tf.mean(tf.abs(tf.sub(pictures, seen)), [1, 2, 3], true), LEAST);
  return tf.div(tf.mul(q, tf.sub(asked, unasked)), error);
}
