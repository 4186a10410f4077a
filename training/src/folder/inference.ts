/**
 * A trained network as an ONNX graph for inference, for any batch size:
 * `sample` [N, C, H, W] f32, `timestep` [N] f32, `class_labels` [N] i64 (networks with classes), `conditions` [N, 2K] f32
 * (networks with K conditions), `condition_image` [N, K, H, W] f32 (networks that are told one) -> `out_sample` [N, C, H, W] f32.
 */

import {
  type ConditionImage,
  type ConditionSpec,
  conditionImageMetadata,
  conditionsMetadata,
} from '@onnoise/scheduler/model';
import { foldScale, fuseGroupNorm, type Graph, simplify, trace, traceAnyBatch } from '@onnoise/tracer';
import type * as tf from '@tensorflow/tfjs';
import type { DescribedModel } from '../model/described.ts';
import { toldOf } from '../model/told.ts';
import { guardConditions, guardFloat, widenLabels } from './guard.ts';

/** tfjs has no int64. */
const LABELS = 'class_labels.int32';
const tracedAs = (port: string) => (port === 'class_labels' ? LABELS : port);

/** What the inputs of a network depend on, beside the shape of the images. */
export type InferenceFacts = Pick<
  DescribedModel,
  'timestepCount' | 'classCount' | 'nullCondition' | 'conditions' | 'conditionImage'
>;

/** Rows of the class embedding, with the null class if there is one; 0 without classes. */
export const labelCount = ({ classCount, nullCondition }: Pick<InferenceFacts, 'classCount' | 'nullCondition'>) =>
  classCount === null ? 0 : classCount + (nullCondition ? 1 : 0);

/** @param parameters of the model, buffers included, in PyTorch's order; without them, they are inputs by their names */
export function inferenceGraph(model: DescribedModel, parameters?: ReadonlyMap<string, Float32Array>): Graph {
  const weights = model.parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32' as const }));
  const constants = parameters && constantsOf(model.parameters, parameters);
  const told = toldOf(model);
  const graph = traceAnyBatch((batch) => {
    const inputs = [
      { name: 'sample', shape: [batch, ...model.shape], dtype: 'float32' as const },
      { name: 'timestep', shape: [batch], dtype: 'float32' as const },
      ...told.map(({ port, sides, dtype }) => ({ name: tracedAs(port), shape: [batch, ...sides], dtype })),
      ...(constants ? [] : weights),
    ];
    const forward = (tensors: Record<string, tf.Tensor>) => ({
      out_sample: model.forward(tensors, tensors.sample as tf.Tensor4D, tensors.timestep as tf.Tensor1D, {
        training: false,
        ...Object.fromEntries(told.map(({ name, port }) => [name, tensors[tracedAs(port)]])),
      }),
    });
    return trace(forward, inputs, { name: 'unet', products: constants !== undefined, constants: constants ?? [] });
  });
  fuseGroupNorm(graph);
  foldScale(graph);
  simplify(graph);
  guardFloat(graph, 'timestep', model.timestepCount);
  if (model.classCount !== null) widenLabels(graph, LABELS, 'class_labels', labelCount(model));
  if (model.conditions.length > 0) guardConditions(graph, 'conditions', model.conditions.length);
  documentPorts(graph, model);
  return graph;
}

/** Parameters with their values. */
export const constantsOf = (
  specs: readonly { name: string; shape: readonly number[] }[],
  values: ReadonlyMap<string, Float32Array>,
) =>
  specs.map(({ name, shape }) => {
    const data = values.get(name);
    if (!data) throw new Error(`the weights lack ${name}`);
    return { name, shape: [...shape], dtype: 'float32' as const, data };
  });

/** Describes the graph's ports and their values, for readers of the file. */
function documentPorts(graph: Graph, model: InferenceFacts): void {
  const { classCount, nullCondition, conditions, conditionImage, timestepCount } = model;
  const none = nullCondition ? `, of which ${classCount} is none` : '';
  const documents: Record<string, string> = {
    sample: 'Noisy images, [N, C, H, W].',
    timestep: `One for each image: numbers from 0 to ${timestepCount - 1}, whole or not.`,
    ...(classCount !== null && {
      class_labels: `One for each image: whole numbers from 0 to ${labelCount(model) - 1}${none}.`,
    }),
    ...(conditions.length > 0 && { conditions: describeConditions(conditions, nullCondition) }),
    ...(conditionImage && { condition_image: describeConditionImage(conditionImage, nullCondition) }),
    out_sample: "The network's prediction, [N, C, H, W].",
  };
  for (const port of [...graph.inputs, ...graph.outputs]) port.doc = documents[port.name];
  graph.doc =
    'One call of a denoising network. The CPU provider of onnxruntime refuses a timestep, class or condition outside its range ' +
    'as an index out of bounds; GPU providers do not check, and their output is then undefined.';
}

function describeConditions(specs: readonly ConditionSpec[], nullCondition: boolean): string {
  const values = specs.map(({ name, mean, std }) => `(${name} - ${mean}) / ${std}`);
  const absent = nullCondition ? ' Both are 0 for a number that is not given.' : '';
  return `For each image: ${values.join(', ')}; then a flag for each, 1.${absent}`;
}

function describeConditionImage({ shape: [planes], mask }: ConditionImage, nullCondition: boolean): string {
  const absent = nullCondition ? ' All 0 for an image without one.' : '';
  if (!mask) return `A picture for each image, [N, ${planes}, H, W], from -1 to 1.${absent}`;
  return `A mask for each image, [N, ${planes}, H, W]: planes of 1 and 0 for the classes ${mask.classes.join(', ')}.${absent}`;
}

/** Values that the ports do not show and that must fit the configs beside the file: runtimes compare them. */
export const inferenceMetadata = (model: InferenceFacts): Record<string, string> => ({
  num_train_timesteps: String(model.timestepCount),
  num_class_embeds: String(labelCount(model)),
  ...(model.nullCondition && { null_condition: 'true' }),
  ...(model.conditions.length > 0 && { conditions: conditionsMetadata(model.conditions) }),
  ...(model.conditionImage && { condition_image: conditionImageMetadata(model.conditionImage) }),
});
