/** An update of the weights from their gradients: clip, Adam or Muon, average. */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { adamUpdate, clipFactor, globalNorm, momentRates } from '../optimizer/adam.ts';
import { type Bundle, bundleParameters, join, separate } from '../optimizer/bundles.ts';
import { emaUpdate } from '../optimizer/ema.ts';
import { isHiddenMatrix } from '../optimizer/muon.ts';
import type { Tensors, TrainStepOptions } from './contracts.ts';
import { hiddenBundles, updateHidden } from './hidden-update.ts';

/** The trained parameters by the optimizer that moves them. */
export interface ParameterGroups {
  adam: Bundle[];
  muon: Bundle[];
}

export function groupParameters(model: TrainableModel, options: TrainStepOptions): ParameterGroups {
  const trained = model.parameters.filter(({ trainable }) => trainable);
  const hidden = options.optimizer === 'muon' ? trained.filter(isHiddenMatrix) : [];
  return {
    adam: bundleParameters(trained.filter((parameter) => !hidden.includes(parameter))),
    muon: hiddenBundles(hidden),
  };
}

/** @param gradients of the groups' bundles, joined @param inputs the step's scalars */
export function updateGroups(
  groups: ParameterGroups,
  options: TrainStepOptions,
  state: Tensors,
  gradients: { adam: readonly tf.Tensor[]; muon: readonly tf.Tensor[] },
  inputs: Tensors,
): { state: Tensors; gradNorm: tf.Scalar } {
  const squares = gradients.adam.map((gradient) => tf.mul(gradient, gradient));
  const gradNorm = globalNorm([...squares, ...gradients.muon.map((gradient) => tf.square(gradient))]);
  const clip = options.clipNorm === null ? undefined : clipFactor(gradNorm, options.clipNorm);
  const rates = momentRates(options, clip);
  const scalars = {
    stepSize: inputs.stepSize as tf.Scalar,
    epsilon: inputs.epsilon as tf.Scalar,
    weightFactor: inputs.weightFactor as tf.Scalar,
  };

  const after: Tensors = {};
  groups.adam.forEach((bundle, i) => {
    const read = (prefix: string) => join(bundle, (name) => state[`${prefix}.${name}`]!);
    const write = (prefix: string, vector: tf.Tensor) => {
      for (const [name, tensor] of separate(bundle, vector)) after[`${prefix}.${name}`] = tensor;
    };
    const moments = { m: read('adam.m'), v: read('adam.v') };
    const gradient = gradients.adam[i]!;
    const updated = adamUpdate(options, scalars, rates, clip, read('model'), gradient, squares[i]!, moments);
    write('model', updated.parameter);
    write('adam.m', updated.m);
    write('adam.v', updated.v);
    if (options.ema) write('ema', emaUpdate(read('ema'), updated.parameter, inputs.emaRate as tf.Scalar));
  });
  Object.assign(after, updateHidden(groups.muon, options, state, gradients.muon, clip, inputs));
  return { state: after, gradNorm };
}
