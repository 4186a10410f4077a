/** A `tf.layers` model as a function that can be traced, for inference. */
import * as tf from '@tensorflow/tfjs';
import { TraceError } from '../graph/trace-error.ts';
import type { Tensors } from '../tracing/trace.ts';
import { namedCalls, requireStateless, withReplaced } from './layer-parts.ts';
import { type ModelInput, uniqueNames } from './ports.ts';
import type { TraceableModel } from './traceable.ts';

type DType = ModelInput['dtype'];

/**
 * The model that names inputs and outputs and is compiled: a sequential one has it inside.
 *
 * @throws TraceError for a sequential model that does not know the shape of its input
 */
export function namedModel(model: tf.LayersModel): tf.LayersModel {
  const { layers } = model;
  if (!(model instanceof tf.Sequential)) return model;
  if (model.inputs.length === 0 || layers.length === 0) {
    throw new TraceError('Cannot trace the model: its first layer must have an inputShape, received none.');
  }
  const inside = model as unknown as { model?: tf.LayersModel };
  if (!inside.model) model.build();
  return inside.model!;
}

/** @throws TraceError as `namedModel` does, and for stateful layers */
export function traceableLayers(given: tf.LayersModel): TraceableModel {
  const model = namedModel(given);
  requireStateless(model);
  const inputs = layersInputs(model);
  const names = uniqueNames(
    model.outputNames,
    inputs.map(({ name }) => name),
  );
  return {
    inputs,
    weights: new Map(weightNames(model).map((name, i) => [name, model.weights[i]!.read()])),
    run: (tensors) => {
      const outputs = withReplaced(namedCalls(model), () => applyModel(model, tensors, false));
      return Object.fromEntries(outputs.map((output, i) => [names[i]!, output]));
    },
  };
}

export const layersInputs = (model: tf.LayersModel): ModelInput[] =>
  model.inputs.map(({ shape, dtype }, i) => ({ name: model.inputNames[i]!, shape, dtype: dtype as DType }));

/** What the layers make of the inputs. */
export function applyModel(model: tf.LayersModel, tensors: Tensors, training: boolean): tf.Tensor[] {
  const inputs = model.inputNames.map((name) => tensors[name]!);
  return [model.apply(inputs.length === 1 ? inputs[0]! : inputs, { training }) as tf.Tensor | tf.Tensor[]].flat();
}

/** The names that the weights have in a saved model, which `model.weights` of a second copy have not. In their order. */
export const weightNames = (model: tf.LayersModel): string[] =>
  uniqueNames(
    model.weights.map(({ originalName }) => originalName),
    [],
  );
