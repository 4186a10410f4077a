/**
 * A training step for networks that are not diffusion models: any loss, AdamW, no averaging. As plain as it can be: the
 * networks are small.
 */
import { type AdamOptions, adamScalars } from '@onnoise/scheduler/training';
import {
  adamUpdate,
  freshState,
  globalNorm,
  momentRates,
  type StepTensor,
  stateSpecs,
  type TrainStep,
} from '@onnoise/training/step';
import * as tf from '@tensorflow/tfjs';

type Tensors = Record<string, tf.Tensor>;

interface PlainStepOptions {
  parameters: readonly { name: string; shape: readonly number[]; trainable: boolean }[];
  /** What the loss is told of a batch. */
  inputs: readonly StepTensor[];
  /** The loss as a pure function of tfjs ops. */
  loss(weights: Tensors, inputs: Tensors): tf.Scalar;
  adam: AdamOptions;
}

export function createPlainStep({ parameters, inputs, loss, adam }: PlainStepOptions): TrainStep {
  const plain = { ema: false, taught: false, adversarial: 0, conditional: 0 };
  const state = stateSpecs({ parameters }, { ...plain, optimizer: adam.optimizer });
  const names = parameters.map(({ name }) => name);
  return {
    recipe: undefined,
    state,
    inputs: [
      ...inputs,
      ...['stepSize', 'epsilon', 'weightFactor'].map((name): StepTensor => ({ name, shape: [], dtype: 'float32' })),
    ],
    initialState: (initial) => freshState(state, initial),
    scalars({ step, lr }) {
      const scalars = adamScalars(adam, step, lr);
      return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float32Array.of(value)]));
    },
    run(before, given) {
      const weights = Object.fromEntries(names.map((name) => [name, before[`model.${name}`]!]));
      const { value, grads } = tf.engine().gradients(
        () => loss(weights, given),
        names.map((name) => weights[name]!),
        undefined,
        true,
      );
      const squares = grads.map((gradient) => tf.mul(gradient, gradient));
      const scalars = {
        stepSize: given.stepSize as tf.Scalar,
        epsilon: given.epsilon as tf.Scalar,
        weightFactor: given.weightFactor as tf.Scalar,
      };
      const after: Tensors = {};
      for (const [i, name] of names.entries()) {
        const moments = { m: before[`adam.m.${name}`]!, v: before[`adam.v.${name}`]! };
        const rates = momentRates(adam, undefined);
        const updated = adamUpdate(adam, scalars, rates, undefined, weights[name]!, grads[i]!, squares[i]!, moments);
        after[`model.${name}`] = updated.parameter;
        after[`adam.m.${name}`] = updated.m;
        after[`adam.v.${name}`] = updated.v;
      }
      return { state: after, outputs: { loss: value as tf.Scalar, gradNorm: globalNorm(squares) } };
    },
  };
}

/** Mean cross-entropy of logits [N, K] against `targets` [N, K], rows of ones and zeros. */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor): tf.Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), targets), 1)));
}
