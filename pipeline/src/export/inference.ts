/**
 * A trained network as an ONNX graph for inference, for any batch size:
 * `sample` [N, C, H, W] f32, `timestep` [N] f32, `class_labels` [N] i64 (conditional networks) -> `out_sample` [N, C, H, W] f32.
 */

import { foldScale, fuseGroupNorm, type Graph, simplify, trace, traceAnyBatch } from '@onnoise/tracer';
import type * as tf from '@tensorflow/tfjs';
import type { PlannedModel } from '../train/plan.ts';
import { guardFloat, widenLabels } from './guard.ts';

/** tfjs has no int64. */
const LABELS = 'class_labels.int32';

/** What the inputs of a network depend on, beside the shape of the images. */
export type InferenceFacts = Pick<PlannedModel, 'timestepCount' | 'classCount' | 'nullCondition'>;

/** Rows of the class embedding, with the null class if there is one; 0 without classes. */
export const labelCount = ({ classCount, nullCondition }: Pick<InferenceFacts, 'classCount' | 'nullCondition'>) =>
  classCount === null ? 0 : classCount + (nullCondition ? 1 : 0);

/** @param parameters of the model, buffers included, in PyTorch's order */
export function inferenceGraph(model: PlannedModel, parameters: ReadonlyMap<string, Float32Array>): Graph {
  const constants = model.parameters.map(({ name, shape }) => {
    const data = parameters.get(name);
    if (!data) throw new Error(`the weights lack ${name}`);
    return { name, shape, dtype: 'float32' as const, data };
  });
  const graph = traceAnyBatch((batch) => {
    const inputs = [
      { name: 'sample', shape: [batch, ...model.shape], dtype: 'float32' as const },
      { name: 'timestep', shape: [batch], dtype: 'float32' as const },
      ...(model.classCount === null ? [] : [{ name: LABELS, shape: [batch], dtype: 'int32' as const }]),
    ];
    const forward = (tensors: Record<string, tf.Tensor>) => ({
      out_sample: model.forward(tensors, tensors.sample as tf.Tensor4D, tensors.timestep as tf.Tensor1D, {
        training: false,
        ...(model.classCount !== null && { labels: tensors[LABELS] as tf.Tensor1D }),
      }),
    });
    return trace(forward, inputs, { name: 'unet', constants });
  });
  fuseGroupNorm(graph);
  foldScale(graph);
  simplify(graph);
  guardFloat(graph, 'timestep', model.timestepCount);
  if (model.classCount !== null) widenLabels(graph, LABELS, 'class_labels', labelCount(model));
  documentPorts(graph, model);
  return graph;
}

/** Describes the graph's ports and their values, for readers of the file. */
function documentPorts(graph: Graph, model: InferenceFacts): void {
  const { classCount, nullCondition, timestepCount } = model;
  const none = nullCondition ? `, of which ${classCount} is none` : '';
  const documents: Record<string, string> = {
    sample: 'Noisy images, [N, C, H, W].',
    timestep: `One for each image: numbers from 0 to ${timestepCount - 1}, whole or not.`,
    ...(classCount !== null && {
      class_labels: `One for each image: whole numbers from 0 to ${labelCount(model) - 1}${none}.`,
    }),
    out_sample: "The network's prediction, [N, C, H, W].",
  };
  for (const port of [...graph.inputs, ...graph.outputs]) port.doc = documents[port.name];
  graph.doc =
    'One call of a denoising network. The CPU provider of onnxruntime refuses a timestep or class outside its range ' +
    'as an index out of bounds; GPU providers do not check, and their output is then undefined.';
}

/** Values that the ports do not show and that must fit the configs beside the file: runtimes compare them. */
export const inferenceMetadata = (model: InferenceFacts): Record<string, string> => ({
  num_train_timesteps: String(model.timestepCount),
  num_class_embeds: String(labelCount(model)),
  ...(model.nullCondition && { null_condition: 'true' }),
});
