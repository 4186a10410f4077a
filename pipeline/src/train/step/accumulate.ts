/**
 * Gradient accumulation: the gradients of several small batches are averaged before the weights are updated, so that a
 * large batch needs the memory of a small one. An update has two parts, each a pure function of tfjs ops: the first
 * adds the gradients of a small batch to the totals, the second updates the weights.
 *
 * The totals live within an update alone, so checkpoints do not hold them. The result is that of the large batch up to
 * rounding, unless the network has BatchNorm: that takes its statistics from each small batch.
 */
import { sizeOf } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../../model/described.ts';
import type { AccumulatedStep, StepInputs, StepTensor, TrainStepOptions } from './contracts.ts';
import { differentiate, type Tensors } from './objective.ts';
import { SCHEDULE } from './state.ts';
import { update } from './update.ts';

const LOSS = 'total.loss';
const GRADIENT = 'total.gradient.';

/** @param options `batch` is that of a small batch @param inputs of a small batch, then `scalars` */
export function accumulatedStep(
  model: TrainableModel,
  options: TrainStepOptions,
  state: readonly StepTensor[],
  inputs: StepTensor[],
  scalars: StepTensor[],
): AccumulatedStep {
  const { accumulate: count } = options;
  const trained = model.parameters.filter(({ trainable }) => trainable).map(({ name, shape }) => ({ name, shape }));
  const curve = state.filter(({ name }) => name.startsWith(SCHEDULE));
  const moved = [...trained, ...curve];
  const isBuffer = ({ name }: StepTensor) => model.parameters.some((p) => !p.trainable && `model.${p.name}` === name);
  const ofModel = state.filter(({ name }) => name.startsWith('model.'));
  return {
    count,
    totals: [
      { name: LOSS, shape: [], dtype: 'float32' },
      ...moved.map(({ name, shape }): StepTensor => ({ name: GRADIENT + name, shape: [...shape], dtype: 'float32' })),
      ...ofModel.filter(isBuffer),
    ],
    weights: [...ofModel.filter((spec) => !isBuffer(spec)), ...curve],
    inputs,
    scalars,
    add: (weights, totals, given) =>
      tf.tidy(() => {
        const { loss, gradients, buffers } = differentiate(model, options, { ...weights, ...totals }, given);
        const after: Tensors = { ...totals };
        const raise = (name: string, value: tf.Tensor) => {
          after[name] = tf.add(totals[name]!, tf.mul(value, 1 / count));
        };
        raise(LOSS, loss);
        for (const [name, gradient] of gradients) raise(GRADIENT + name, gradient);
        for (const [name, buffer] of buffers) after[`model.${name}`] = buffer;
        return after;
      }),
    update: (before, totals, given) =>
      tf.tidy(() => {
        const gradients = new Map(moved.map(({ name }) => [name, totals[GRADIENT + name]!]));
        // Copies, because the totals are disposed of.
        const buffers = new Map(
          ofModel.filter(isBuffer).map(({ name }) => [name.slice('model.'.length), tf.clone(totals[name]!)]),
        );
        const { state: after, gradNorm } = update(model, options, before, { gradients, buffers }, given);
        return { state: after, outputs: { loss: tf.clone(totals[LOSS]!) as tf.Scalar, gradNorm } };
      }),
  };
}

/** The inputs of small batch `number` of an update. */
export function partOf(
  inputs: StepInputs,
  { inputs: specs, count }: Pick<AccumulatedStep, 'inputs' | 'count'>,
  number: number,
): StepInputs {
  return Object.fromEntries(
    specs.map(({ name, shape }) => {
      const [values, size] = [inputs[name], sizeOf(shape)];
      if (values?.length !== count * size) throw new Error(`the training step lacks its input ${name}`);
      return [name, values.subarray(number * size, (number + 1) * size)];
    }),
  );
}
