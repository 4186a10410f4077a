/**
 * The loss of a batch and its gradients: noise the images, predict, measure, differentiate. A student's target is its teacher's.
 *
 * Source: Ho et al., "Denoising Diffusion Probabilistic Models" (arXiv 2006.11239), algorithm 1; the velocity target is
 * Salimans & Ho (arXiv 2202.00512), v = sqrt(alphaBar) noise - sqrt(1 - alphaBar) x0; that of flow matching Lipman et al.
 * (arXiv 2210.02747), u = noise - x0.
 */
import { MASK } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { pickTold } from '../model/told.ts';
import type { Tensors, TrainStepOptions } from './contracts.ts';
import { teach } from './distillation.ts';
import { CURVE_SHAPES, type CurveTensors, curveGradients, gammaAt, gammasOf } from './learned-schedule.ts';
import { meanLoss, minSnrWeight } from './loss.ts';
import { SCHEDULE } from './state.ts';

export interface Differentiated {
  loss: tf.Scalar;
  /** Of every trainable parameter, and of the learned schedule's as `schedule.<name>`. */
  gradients: Map<string, tf.Tensor>;
  /** Those that the forward pass updated. */
  buffers: Map<string, tf.Tensor>;
}

/** @param state with `model.*`, `teacher.*` and `schedule.*` at least */
export function differentiate(
  model: TrainableModel,
  options: TrainStepOptions,
  state: Tensors,
  inputs: Tensors,
): Differentiated {
  const buffers = new Map<string, tf.Tensor>();
  const parameters: Tensors = {};
  for (const { name } of model.parameters) parameters[name] = state[`model.${name}`]!;
  const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const learned = options.learnSchedule ? learnedGamma(options, state, inputs) : undefined;
  // Outside of the gradient's scope: the teacher stays as it is.
  const lesson = options.distillation && teach(model, options, options.distillation, state, inputs);
  let errors: tf.Tensor | undefined;

  const forward = () => {
    const { noisy, target, timestep, betweenTimesteps, weights } = lesson ?? noised(options, inputs, learned?.gamma);
    const prediction = model.forward(parameters, noisy, timestep, {
      training: true,
      betweenTimesteps,
      masks: Object.fromEntries((model.dropouts ?? []).map(({ name }) => [name, inputs[MASK + name]!])),
      ...pickTold(options.told ?? [], inputs),
      // The gradient scope ends before the buffers are read.
      onBuffer: (name, value) => buffers.set(name, tf.keep(value)),
    });
    if (!learned) return meanLoss(options, prediction, target, weights);
    errors = tf.keep(tf.mean(tf.squaredDifference(prediction, target), [1, 2, 3])); // [B]
    return tf.mean(errors) as tf.Scalar;
  };
  const { value, grads } = tf
    .engine()
    .gradients(
      forward,
      [...trained.map((name) => parameters[name]!), ...(learned ? [learned.gamma] : [])],
      undefined,
      true,
    );
  const gradients = new Map<string, tf.Tensor>();
  for (const [i, name] of trained.entries()) {
    const gradient = grads[i] as tf.Tensor | undefined;
    if (!gradient) throw new Error(`parameter ${name} has no gradient: the loss does not depend on it`);
    gradients.set(name, gradient);
  }
  if (learned && errors) {
    // The loss is the mean over the batch, and each image has its own gamma.
    const slopes = tf.mul(grads[trained.length]!, options.batch);
    const { curve, start, gamma } = learned;
    const batch = { timesteps: inputs.timesteps as tf.Tensor1D, gamma, errors, slopes };
    const bends = curveGradients(curve, start, options.predictionType, batch);
    for (const [name, gradient] of Object.entries(bends)) gradients.set(SCHEDULE + name, gradient);
    errors.dispose();
  }
  return { loss: value as tf.Scalar, gradients, buffers };
}

/** The learned schedule at the timesteps of a batch: gamma [B]. */
function learnedGamma({ schedule }: TrainStepOptions, state: Tensors, inputs: Tensors) {
  const names = Object.keys(CURVE_SHAPES) as (keyof CurveTensors)[];
  const curve = Object.fromEntries(names.map((name) => [name, state[SCHEDULE + name]!])) as CurveTensors;
  const start = gammasOf(schedule.alphaBar);
  return { curve, start, gamma: gammaAt(curve, start, inputs.timesteps as tf.Tensor1D) };
}

/** x_t = signal x_0 + spread noise, the model's target for it, what it is told of the time, and the weight of its loss. */
function noised(
  { schedule, predictionType, minSnr, batch }: TrainStepOptions,
  inputs: Tensors,
  gamma: tf.Tensor | undefined,
) {
  const timesteps = inputs.timesteps as tf.Tensor1D;
  const images = inputs.images as tf.Tensor4D; // [B, C, H, W]
  const noise = inputs.noise as tf.Tensor4D; // [B, C, H, W]
  const at = (table: ArrayLike<number>) => tf.gather(tf.tensor1d(Array.from(table)), timesteps) as tf.Tensor1D;
  const pick = (table: ArrayLike<number>) => tf.reshape(at(table), [batch, 1, 1, 1]);
  const level = (sign: number) => tf.reshape(tf.sqrt(tf.sigmoid(tf.mul(gamma!, sign))), [batch, 1, 1, 1]);
  const signal = gamma ? level(-1) : pick(schedule.signal); // [B, 1, 1, 1]
  const spread = gamma ? level(1) : pick(schedule.noise); // [B, 1, 1, 1]
  const noisy: tf.Tensor4D = tf.add(tf.mul(signal, images), tf.mul(spread, noise));
  const target =
    predictionType === 'epsilon'
      ? noise
      : predictionType === 'sample'
        ? images
        : predictionType === 'flow_prediction'
          ? tf.sub(noise, images)
          : tf.sub(tf.mul(signal, noise), tf.mul(spread, images));
  const weights =
    minSnr === null
      ? undefined
      : pick(Array.from(schedule.alphaBar, (share) => minSnrWeight(share, minSnr, predictionType)));
  const counted = schedule.times.every((time, t) => time === t);
  const timestep = counted ? tf.cast(timesteps, 'float32') : at(schedule.times);
  const betweenTimesteps = !schedule.times.every((time) => Number.isInteger(Math.fround(time)));
  return { noisy, target, weights, timestep, betweenTimesteps };
}
