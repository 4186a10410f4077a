/**
 * Pictures with noise: what a network sees in training, and what it is to say of it.
 *
 * Source: Ho et al., "Denoising Diffusion Probabilistic Models" (arXiv 2006.11239), algorithm 1; the velocity target is
 * Salimans & Ho (arXiv 2202.00512), v = sqrt(alphaBar) noise - sqrt(1 - alphaBar) x0; that of flow matching Lipman et al.
 * (arXiv 2210.02747), u = noise - x0.
 */
import type { PredictionType } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import type { Tensors, TrainStepOptions } from './contracts.ts';
import { minSnrWeight } from './loss.ts';

/** x_t = signal x_0 + spread noise, and what the model is told of the time. */
export interface Noised {
  noisy: tf.Tensor4D; // [B, C, H, W]
  signal: tf.Tensor; // [B, 1, 1, 1]
  spread: tf.Tensor; // [B, 1, 1, 1]
  timestep: tf.Tensor1D; // [B]
  /** Whether it may lie between whole numbers. */
  betweenTimesteps: boolean;
}

type Levels = Pick<TrainStepOptions, 'schedule' | 'batch'>;

/**
 * @param images [B, C, H, W]
 * @param inputs `noise` [B, C, H, W] and `timesteps` [B]
 */
export function noised(options: Levels, images: tf.Tensor4D, inputs: Tensors): Noised {
  const { schedule } = options;
  const signal = pick(options, inputs, schedule.signal);
  const spread = pick(options, inputs, schedule.noise);
  const noisy: tf.Tensor4D = tf.add(tf.mul(signal, images), tf.mul(spread, inputs.noise!));
  const counted = schedule.times.every((time, t) => time === t);
  const timestep = (counted ? tf.cast(inputs.timesteps!, 'float32') : at(inputs, schedule.times)) as tf.Tensor1D;
  return {
    noisy,
    signal,
    spread,
    timestep,
    betweenTimesteps: !schedule.times.every((time) => Number.isInteger(Math.fround(time))),
  };
}

/** What a model of this kind is to say of noisy images. */
export function targetOf(type: PredictionType, images: tf.Tensor, noise: tf.Tensor, { signal, spread }: Noised) {
  switch (type) {
    case 'epsilon':
      return noise;
    case 'sample':
      return images;
    case 'flow_prediction':
      return tf.sub(noise, images);
    case 'v_prediction':
      return tf.sub(tf.mul(signal, noise), tf.mul(spread, images));
  }
}

/** Min-SNR weights [B, 1, 1, 1]; undefined where all timesteps weigh the same. */
export function weightsOf(options: Levels & Pick<TrainStepOptions, 'minSnr' | 'predictionType'>, inputs: Tensors) {
  const { schedule, minSnr, predictionType } = options;
  if (minSnr === null) return undefined;
  return pick(
    options,
    inputs,
    Array.from(schedule.alphaBar, (share) => minSnrWeight(share, minSnr, predictionType)),
  );
}

/** Of a table over the timesteps, [B]. */
const at = ({ timesteps }: Tensors, table: ArrayLike<number>): tf.Tensor =>
  tf.gather(tf.tensor1d(Array.from(table)), timesteps as tf.Tensor1D);

/** Of a table over the timesteps, [B, 1, 1, 1]. */
const pick = ({ batch }: Pick<TrainStepOptions, 'batch'>, inputs: Tensors, table: ArrayLike<number>): tf.Tensor =>
  tf.reshape(at(inputs, table), [batch, 1, 1, 1]);
