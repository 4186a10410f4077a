/**
 * The training step as one pure function of tfjs ops: noise the images, predict, measure, differentiate, clip, update,
 * average. It reads no tensor and keeps no variable, so it runs eagerly on any backend and can be traced.
 *
 * Source: Ho et al., "Denoising Diffusion Probabilistic Models" (arXiv 2006.11239), algorithm 1; the velocity target is
 * Salimans & Ho (arXiv 2202.00512), v = sqrt(alphaBar) noise - sqrt(1 - alphaBar) x0.
 */
import * as tf from '@tensorflow/tfjs';
import { adamScalars, adamUpdate, clipFactor, globalNorm, momentRates } from './adam.ts';
import { bundleParameters, join, separate } from './bundles.ts';
import type { StepTensor, TrainableModel, TrainStep, TrainStepOptions } from './contracts.ts';
import { emaUpdate } from './ema.ts';
import { meanLoss } from './loss.ts';
import { freshState, stateSpecs } from './state.ts';

export function createTrainStep(model: TrainableModel, options: TrainStepOptions): TrainStep {
  const { batch, shape, conditional, conditions = 0 } = options;
  const state = stateSpecs(model.parameters, options.ema);
  const scalar = (name: string): StepTensor => ({ name, shape: [], dtype: 'float32' });
  const decays = options.optimizer === 'adamw' && options.weightDecay > 0;
  const inputs: StepTensor[] = [
    { name: 'images', shape: [batch, ...shape], dtype: 'float32' },
    { name: 'noise', shape: [batch, ...shape], dtype: 'float32' },
    { name: 'timesteps', shape: [batch], dtype: 'int32' },
    ...(conditional ? [{ name: 'labels', shape: [batch], dtype: 'int32' } satisfies StepTensor] : []),
    ...(conditions > 0
      ? [{ name: 'conditions', shape: [batch, 2 * conditions], dtype: 'float32' } satisfies StepTensor]
      : []),
    scalar('stepSize'),
    scalar('epsilon'),
    ...(decays ? [scalar('weightFactor')] : []),
    ...(options.ema ? [scalar('emaRate')] : []),
  ];
  return {
    recipe: model.config ? { model: model.config, options } : undefined,
    state,
    inputs,
    initialState: (parameters) => freshState(state, parameters),
    scalars({ step, learningRate, emaDecay }) {
      const { stepSize, epsilon, weightFactor } = adamScalars(options, step, learningRate);
      return {
        stepSize: Float32Array.of(stepSize),
        epsilon: Float32Array.of(epsilon),
        ...(decays && { weightFactor: Float32Array.of(weightFactor) }),
        ...(options.ema && { emaRate: Float32Array.of(1 - emaDecay) }),
      };
    },
    run: (before, given) => tf.tidy(() => runStep(model, options, before, given)),
  };
}

type Tensors = Record<string, tf.Tensor>;

function runStep(model: TrainableModel, options: TrainStepOptions, state: Tensors, inputs: Tensors) {
  const { loss, gradients, buffers } = differentiate(model, options, state, inputs);

  const bundles = bundleParameters(model.parameters.filter(({ trainable }) => trainable));
  const vectors = bundles.map((bundle) => join(bundle, (name) => gradients.get(name)!));
  const squares = vectors.map((gradient) => tf.mul(gradient, gradient));
  const gradNorm = globalNorm(squares);
  const clip = options.clipNorm === null ? undefined : clipFactor(gradNorm, options.clipNorm);
  const rates = momentRates(options, clip);
  const scalars = {
    stepSize: inputs.stepSize as tf.Scalar,
    epsilon: inputs.epsilon as tf.Scalar,
    weightFactor: inputs.weightFactor as tf.Scalar,
  };

  const after: Tensors = {};
  for (const { name, trainable } of model.parameters) {
    if (!trainable) after[`model.${name}`] = buffers.get(name) ?? state[`model.${name}`]!;
  }
  bundles.forEach((bundle, i) => {
    const read = (prefix: string) => join(bundle, (name) => state[`${prefix}.${name}`]!);
    const write = (prefix: string, vector: tf.Tensor) => {
      for (const [name, tensor] of separate(bundle, vector)) after[`${prefix}.${name}`] = tensor;
    };
    const moments = { m: read('adam.m'), v: read('adam.v') };
    const updated = adamUpdate(options, scalars, rates, clip, read('model'), vectors[i]!, squares[i]!, moments);
    write('model', updated.parameter);
    write('adam.m', updated.m);
    write('adam.v', updated.v);
    if (options.ema) write('ema', emaUpdate(read('ema'), updated.parameter, inputs.emaRate as tf.Scalar));
  });
  return { state: after, outputs: { loss, gradNorm } };
}

/** The loss, the gradient of every trainable parameter, and the buffers that the forward pass updated. */
function differentiate(model: TrainableModel, options: TrainStepOptions, state: Tensors, inputs: Tensors) {
  const buffers = new Map<string, tf.Tensor>();
  const parameters: Tensors = {};
  for (const { name } of model.parameters) parameters[name] = state[`model.${name}`]!;
  const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name }) => name);
  const { noisy, target, timestep } = noised(options, inputs);

  const forward = () => {
    const prediction = model.forward(parameters, noisy, timestep, {
      training: true,
      ...(options.conditional && { labels: inputs.labels as tf.Tensor1D }),
      ...(options.conditions && { conditions: inputs.conditions as tf.Tensor2D }),
      // The gradient scope ends before the buffers are read.
      onBuffer: (name, value) => buffers.set(name, tf.keep(value)),
    });
    return meanLoss(options.loss, prediction, target);
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

/** x_t = sqrt(alphaBar) x_0 + sqrt(1 - alphaBar) noise, and the model's target for it. */
function noised({ schedule, predictionType, batch }: TrainStepOptions, inputs: Tensors) {
  const alphaBar = Array.from(schedule.alphaBar);
  const timesteps = inputs.timesteps as tf.Tensor1D;
  const images = inputs.images as tf.Tensor4D; // [B, C, H, W]
  const noise = inputs.noise as tf.Tensor4D; // [B, C, H, W]
  const pick = (table: number[]) => tf.reshape(tf.gather(tf.tensor1d(table), timesteps), [batch, 1, 1, 1]);
  const signal = pick(alphaBar.map(Math.sqrt)); // [B, 1, 1, 1]
  const spread = pick(alphaBar.map((share) => Math.sqrt(1 - share))); // [B, 1, 1, 1]
  const noisy: tf.Tensor4D = tf.add(tf.mul(signal, images), tf.mul(spread, noise));
  const target =
    predictionType === 'epsilon'
      ? noise
      : predictionType === 'sample'
        ? images
        : tf.sub(tf.mul(signal, noise), tf.mul(spread, images));
  return { noisy, target, timestep: tf.cast(timesteps, 'float32') };
}
