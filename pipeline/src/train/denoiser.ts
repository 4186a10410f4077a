/**
 * The network in evaluation mode with given weights, for pictures and the validation loss during training: the graph
 * that `pipeline export` would write, on onnxruntime.
 */

import { encodeModel } from '@onnoise/tracer';
import * as ort from 'onnxruntime-node';
import { inferenceGraph } from '../export/inference.ts';
import type { PlannedModel } from './plan.ts';

export interface Predictor {
  /**
   * x [N, C, H, W], timesteps [N], labels [N] and conditions [N, 2K] for a model that takes them; the network's output
   * [N, C, H, W].
   */
  predict(
    x: Float32Array,
    timesteps: Float32Array,
    labels?: Int32Array,
    conditions?: Float32Array,
  ): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @param parameters of the model, buffers included, in PyTorch's order */
export async function createPredictor(
  model: PlannedModel,
  parameters: ReadonlyMap<string, Float32Array>,
): Promise<Predictor> {
  const session = await ort.InferenceSession.create(encodeModel(inferenceGraph(model, parameters)), {
    logSeverityLevel: 3,
  });
  return {
    async predict(x, timesteps, labels, conditions) {
      const count = timesteps.length;
      const { out_sample } = await session.run({
        sample: new ort.Tensor('float32', x, [count, ...model.shape]),
        timestep: new ort.Tensor('float32', timesteps, [count]),
        ...(labels && { class_labels: new ort.Tensor('int64', BigInt64Array.from(labels, BigInt), [count]) }),
        ...(conditions && { conditions: new ort.Tensor('float32', conditions, [count, conditions.length / count]) }),
      });
      return out_sample!.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}
