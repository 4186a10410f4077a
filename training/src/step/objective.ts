/**
 * The loss of a batch and its gradients: noise the images, predict, measure, differentiate. A student learns by distillation.ts, an
 * autoencoder by reconstruction.ts.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import type { Differentiated, Tensors, TrainStepOptions } from './contracts.ts';
import { differentiateStudent } from './distillation.ts';
import { givenIn } from './given.ts';
import { meanLoss } from './loss.ts';
import { noised, targetOf, weightsOf } from './noised.ts';
import { differentiateAutoencoder } from './reconstruction.ts';

/** @param state with `model.*`, and `teacher.*` and `discriminator.*` where there are some */
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

  const forward = () => {
    const images = inputs.images as tf.Tensor4D;
    const sample = noised(options, images, inputs);
    const target = targetOf(options.predictionType, images, inputs.noise!, sample);
    const prediction = model.forward(parameters, sample.noisy, sample.timestep, {
      training: true,
      betweenTimesteps: sample.betweenTimesteps,
      ...givenIn(inputs, model, options),
      // The gradient scope ends before the buffers are read.
      onBuffer: (name, value) => buffers.set(name, tf.keep(value)),
    });
    return meanLoss(options, prediction, target, weightsOf(options, inputs));
  };
  const { value, grads } = tf.engine().gradients(
    forward,
    trained.map((name) => parameters[name]!),
    undefined,
    true,
  );
  const gradients = new Map<string, tf.Tensor>();
  for (const [i, name] of trained.entries()) {
    const gradient = grads[i] as tf.Tensor | undefined;
    if (!gradient) throw new Error(`parameter ${name} has no gradient: the loss does not depend on it`);
    gradients.set(name, gradient);
  }
  return { loss: value as tf.Scalar, gradients, buffers };
}
