/**
 * The network in evaluation mode with given weights, for pictures and the validation loss during training: the graph
 * that `pipeline export` would write, on onnxruntime.
 */

import * as ort from '@onnoise/runtime-node/onnxruntime';
import { inputTensors } from '@onnoise/scheduler/model';
import { encodeModel } from '@onnoise/tracer';
import { inferenceGraph } from '../folder/inference.ts';
import type { DescribedModel } from '../model/described.ts';
import { inputsOf } from '../model/told.ts';

export interface Predictor {
  /** x [N, C, H, W], timesteps [N] and N rows (see `rowsOf`) to the network's output [N, C, H, W]. */
  predict(x: Float32Array, timesteps: Float32Array, rows: readonly Float32Array[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @param parameters of the model, buffers included, in PyTorch's order */
export async function createPredictor(
  model: DescribedModel,
  parameters: ReadonlyMap<string, Float32Array>,
): Promise<Predictor> {
  const session = await ort.createSession(encodeModel(inferenceGraph(model, parameters)), {
    logSeverityLevel: 3,
  });
  const inputs = inputsOf(model);
  return {
    async predict(x, timesteps, rows) {
      const count = timesteps.length;
      const extra = inputTensors(inputs, rows).map(({ name, type, values, dims }) => [
        name,
        new ort.Tensor(type, values, dims),
      ]);
      const { out_sample } = await session.run({
        sample: new ort.Tensor('float32', x, [count, ...model.shape]),
        timestep: new ort.Tensor('float32', timesteps, [count]),
        ...Object.fromEntries(extra),
      });
      return out_sample!.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}
