/** An update of the weights from their gradients: clip, Adam or Muon, average. */
import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../shape.ts';
import { adamUpdate, clipFactor, globalNorm, momentRates } from './adam.ts';
import { bundleParameters, join, separate } from './bundles.ts';
import type { TrainableModel, TrainStepOptions } from './contracts.ts';
import { emaUpdate } from './ema.ts';
import { hiddenBundles, updateHidden } from './hidden.ts';
import { CURVE_SHAPES } from './learned-schedule.ts';
import { isHiddenMatrix } from './muon.ts';
import type { Differentiated, Tensors } from './objective.ts';
import { SCHEDULE } from './state.ts';

/** How much faster than the network the schedule learns. */
const CURVE_RATE = 10;

/**
 * @param inputs the step's scalars
 * @returns the state after the update
 */
export function update(
  model: TrainableModel,
  options: TrainStepOptions,
  state: Tensors,
  { gradients, buffers }: Pick<Differentiated, 'gradients' | 'buffers'>,
  inputs: Tensors,
): { state: Tensors; gradNorm: tf.Scalar } {
  const trained = model.parameters.filter(({ trainable }) => trainable);
  const hidden = options.optimizer === 'muon' ? trained.filter(isHiddenMatrix) : [];
  const bundles = bundleParameters(trained.filter((parameter) => !hidden.includes(parameter)));
  const vectors = bundles.map((bundle) => join(bundle, (name) => gradients.get(name)!));
  const squares = vectors.map((gradient) => tf.mul(gradient, gradient));
  const hiddenMatrices = hiddenBundles(hidden);
  const hiddenGradients = hiddenMatrices.map((bundle) => join(bundle, (name) => gradients.get(name)!));
  const gradNorm = globalNorm([...squares, ...hiddenGradients.map((gradient) => tf.square(gradient))]);
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
  Object.assign(after, updateHidden(hiddenMatrices, options, state, hiddenGradients, clip, inputs));
  if (options.learnSchedule) Object.assign(after, updateCurve(options, state, gradients, inputs));
  return { state: after, gradNorm };
}

/** The learned schedule is apart from the network: no weight decay, and the clipping does not see it. */
function updateCurve(
  options: TrainStepOptions,
  state: Tensors,
  gradients: Differentiated['gradients'],
  inputs: Tensors,
): Tensors {
  const bundle = {
    members: Object.entries(CURVE_SHAPES).map(([name, shape]) => ({
      name: SCHEDULE + name,
      shape,
      size: sizeOf(shape),
    })),
  };
  const read = (prefix: string) => join(bundle, (name) => state[prefix + name]!);
  const gradient = join(bundle, (name) => gradients.get(name)!);
  const scalars = {
    stepSize: tf.mul(inputs.stepSize!, CURVE_RATE) as tf.Scalar,
    epsilon: inputs.epsilon as tf.Scalar,
    weightFactor: tf.scalar(1),
  };
  const plain = { ...options, weightDecay: 0 };
  const rates = momentRates(plain, undefined);
  const moments = { m: read('adam.m.'), v: read('adam.v.') };
  const square = tf.mul(gradient, gradient);
  const updated = adamUpdate(plain, scalars, rates, undefined, read(''), gradient, square, moments);
  const parts = [
    ['', updated.parameter],
    ['adam.m.', updated.m],
    ['adam.v.', updated.v],
  ] as const;
  return Object.fromEntries(
    parts.flatMap(([prefix, vector]) => separate(bundle, vector).map(([name, tensor]) => [prefix + name, tensor])),
  );
}
