/**
 * The training step as one pure function of tfjs ops: the loss and its gradients, then the update of the weights (parts.ts).
 * It reads no tensor and keeps no variable, so it runs eagerly on any backend and can be traced.
 */
import { type ImageShape, sizeOf } from '@onnoise/scheduler/model';
import { MASK, scalarNames, stepScalars } from '@onnoise/scheduler/training';
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from '../model/described.ts';
import { apartOf } from './apart.ts';
import type { StepTensor, TrainStep, TrainStepOptions } from './contracts.ts';
import { lessonInputs } from './distillation.ts';
import { canBeCut, halvesOf, partsOf } from './parts.ts';
import { privately } from './private.ts';
import { freshState, stateOptions, stateSpecs } from './state.ts';

export function createTrainStep(model: TrainableModel, options: TrainStepOptions): TrainStep {
  const { accumulate, batch, privacy } = options;
  const wanted = stateOptions(options);
  const state = stateSpecs(model, wanted);
  const apart = apartOf(wanted, model);
  const halves = halvesOf(model, options, state);
  const scalars = scalarNames(options).map((name): StepTensor => ({ name, shape: [], dtype: 'float32' }));
  const inputsOf = (images: number) => batchInputs(model, options, images);
  const inParts = (count: number, images: number) => partsOf(halves, count, images, inputsOf(images), scalars);
  const accumulated = privacy
    ? privately(inParts(1, privacy.timesteps), privacy, batch)
    : accumulate > 1
      ? inParts(accumulate, batch)
      : undefined;
  return {
    recipe: model.config ? { model: model.config, options } : undefined,
    state,
    inputs: [...inputsOf(accumulate * batch), ...scalars],
    initialState: (parameters) =>
      freshState(state, parameters, new Map(apart.flatMap(({ initial }) => [...initial()]))),
    scalars: (values) => stepScalars(options, values),
    run: (before, given) =>
      tf.tidy(() => {
        const { state, outputs } = halves.update(before, halves.differentiate(before, given, batch), given);
        return { state, outputs: { ...outputs } };
      }),
    ...(canBeCut(model, options) && { cut: (count) => inParts(count, batch / count) }),
    ...(accumulated && { accumulated }),
  };
}

/** [C, H, W] of the noise that a step draws for an image. */
const noiseShape = ({ halves }: TrainableModel, shape: ImageShape): ImageShape => halves?.shape ?? shape;

/** Values of that noise. */
export const noiseSize = (model: TrainableModel & { shape: ImageShape }): number =>
  sizeOf(noiseShape(model, model.shape));

/** What a step is told of so many images. */
function batchInputs(model: TrainableModel, options: TrainStepOptions, images: number): StepTensor[] {
  const { shape, told = [] } = options;
  return [
    { name: 'images', shape: [images, ...shape], dtype: 'float32' },
    { name: 'noise', shape: [images, ...noiseShape(model, shape)], dtype: 'float32' },
    ...(model.halves ? [] : [{ name: 'timesteps', shape: [images], dtype: 'int32' } satisfies StepTensor]),
    ...(model.dropouts ?? []).map(({ name, shape }): StepTensor => {
      return { name: MASK + name, shape: [images, ...shape], dtype: 'float32' };
    }),
    ...told.map(({ name, sides, dtype }): StepTensor => ({ name, shape: [images, ...sides], dtype })),
    ...(options.distillation ? lessonInputs(options, options.distillation, images) : []),
  ];
}
