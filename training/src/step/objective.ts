/**
 * The loss of a batch and its gradients: noise the images, predict, measure, differentiate. A student learns by distillation.ts, an
 * autoencoder by reconstruction.ts.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { SCHEDULE } from './apart.ts';
import type { Differentiated, Tensors, TrainStepOptions } from './contracts.ts';
import { differentiateStudent } from './distillation.ts';
import { givenIn } from './given.ts';
import { CURVE_SHAPES, type CurveTensors, curveGradients, gammaAt, gammasOf } from './learned-schedule.ts';
import { meanLoss } from './loss.ts';
import { noised, targetOf, weightsOf } from './noised.ts';
import { differentiateAutoencoder } from './reconstruction.ts';

/** @param state with `model.*`, and `schedule.*`, `teacher.*` and `discriminator.*` where there are some */
export function differentiate(
  model: TrainableModel,
  options: TrainStepOptions,
  state: Tensors,
  inputs: Tensors,
): Differentiated {
  const { distillation, reconstruction } = options;
  if (model.halves && reconstruction) {
    return differentiateAutoencoder(model, model.halves, { ...options, reconstruction }, state, inputs);
  }
  if (distillation) return differentiateStudent(model, options, distillation, state, inputs);
  const buffers = new Map<string, tf.Tensor>();
  const parameters: Tensors = {};
  for (const { name } of model.parameters) parameters[name] = state[`model.${name}`]!;
  const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const learned = options.learnSchedule ? learnedGamma(options, state, inputs) : undefined;
  let errors: tf.Tensor | undefined;

  const forward = () => {
    const images = inputs.images as tf.Tensor4D;
    const sample = noised(options, images, inputs, learned?.gamma);
    const target = targetOf(options.predictionType, images, inputs.noise!, sample);
    const prediction = model.forward(parameters, sample.noisy, sample.timestep, {
      training: true,
      betweenTimesteps: sample.betweenTimesteps,
      ...givenIn(inputs, model, options),
      // The gradient scope ends before the buffers are read.
      onBuffer: (name, value) => buffers.set(name, tf.keep(value)),
    });
    if (!learned) return meanLoss(options, prediction, target, weightsOf(options, inputs));
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
