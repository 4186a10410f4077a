/**
 * The training step as one pure function of tfjs ops: the loss and its gradients (objective.ts), then the update of the
 * weights (update.ts). It reads no tensor and keeps no variable, so it runs eagerly on any backend and can be traced.
 * If gradients are accumulated, it has two such functions instead (accumulate.ts).
 */
import { MASK, scalarNames, stepScalars } from '@onnoise/scheduler';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../../model/described.ts';
import { accumulatedStep } from './accumulate.ts';
import type { StepTensor, TrainStep, TrainStepOptions } from './contracts.ts';
import { differentiate } from './objective.ts';
import { hasShards, shardedStep } from './shards.ts';
import { freshState, stateSpecs } from './state.ts';
import { update } from './update.ts';

export function createTrainStep(model: TrainableModel, options: TrainStepOptions): TrainStep {
  const { accumulate } = options;
  const state = stateSpecs(model.parameters, options);
  const scalar = (name: string): StepTensor => ({ name, shape: [], dtype: 'float32' });
  const scalars = scalarNames(options).map(scalar);
  const inputsOf = (images: number) => batchInputs(model, options, images);
  return {
    recipe: model.config ? { model: model.config, options } : undefined,
    state,
    inputs: [...inputsOf(accumulate * options.batch), ...scalars],
    initialState: (parameters) => freshState(state, parameters),
    scalars: (values) => stepScalars(options, values),
    run: (before, given) =>
      tf.tidy(() => {
        const { loss, ...found } = differentiate(model, options, before, given);
        const { state: after, gradNorm } = update(model, options, before, found, given);
        return { state: after, outputs: { loss, gradNorm } };
      }),
    ...(hasShards(model, options) && {
      shards: (count) => shardedStep(model, options, count, state, inputsOf, scalars),
    }),
    ...(accumulate > 1 && {
      accumulated: accumulatedStep(model, options, state, inputsOf(options.batch), scalars),
    }),
  };
}

/** What a step is told of so many images. */
function batchInputs(model: TrainableModel, options: TrainStepOptions, images: number): StepTensor[] {
  const { shape, conditional, conditions = 0 } = options;
  return [
    { name: 'images', shape: [images, ...shape], dtype: 'float32' },
    { name: 'noise', shape: [images, ...shape], dtype: 'float32' },
    { name: 'timesteps', shape: [images], dtype: 'int32' },
    ...(model.dropouts ?? []).map(({ name, shape }): StepTensor => {
      return { name: MASK + name, shape: [images, ...shape], dtype: 'float32' };
    }),
    ...(conditional ? [{ name: 'labels', shape: [images], dtype: 'int32' } satisfies StepTensor] : []),
    ...(conditions > 0
      ? [{ name: 'conditions', shape: [images, 2 * conditions], dtype: 'float32' } satisfies StepTensor]
      : []),
  ];
}
