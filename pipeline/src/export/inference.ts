/**
 * A trained network as an ONNX graph for inference, for any batch size:
 * `sample` [N, C, H, W] f32, `timestep` [N] f32, `class_labels` [N] i64 (conditional networks) -> `out_sample` [N, C, H, W] f32.
 */
import type * as tf from '@tensorflow/tfjs';
import { type Graph, trace, traceAnyBatch } from '../onnx/index.ts';
import { fuseGroupNorm } from '../onnx/passes/group-norm.ts';
import { simplify } from '../onnx/passes/index.ts';
import { foldScale } from '../onnx/passes/scale.ts';
import type { PlannedModel } from '../train/plan.ts';

/** @param parameters of the model, buffers included, in PyTorch's order */
export function inferenceGraph(model: PlannedModel, parameters: ReadonlyMap<string, Float32Array>): Graph {
  const constants = model.parameters.map(({ name, shape }) => {
    const data = parameters.get(name);
    if (!data) throw new Error(`the weights lack ${name}`);
    return { name, shape, dtype: 'float32' as const, data };
  });
  const graph = traceAnyBatch((batch) => {
    const inputs = [
      { name: 'sample', shape: [batch, ...model.imageShape], dtype: 'float32' as const },
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
  widenLabels(graph);
  return graph;
}

const LABELS = 'class_labels.int32';

/** tfjs has no int64, which is what PyTorch and diffusers give class labels as. */
function widenLabels(graph: Graph): void {
  const port = graph.inputs.find(({ name }) => name === LABELS);
  if (!port) return;
  const name = 'class_labels';
  graph.types.set(name, { dtype: 'int64', dims: graph.types.get(LABELS)!.dims });
  const INT32 = 6;
  graph.nodes.unshift({
    ...{ name: 'class_labels/Cast', op: 'Cast', domain: '', inputs: [name], outputs: [LABELS] },
    attributes: { to: { int: INT32 } },
  });
  Object.assign(port, { name, dtype: 'int64' });
}
