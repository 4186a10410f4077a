/**
 * The network in evaluation mode with given weights, for pictures and the validation loss while a model trains.
 * Runs eagerly on tfjs' cpu backend.
 */
import * as tf from '@tensorflow/tfjs';
import type { TrainableModel } from './contracts.ts';

export interface Predictor {
  /** x [N, C, H, W], timesteps [N], labels [N] for a conditional model; the network's output [N, C, H, W]. */
  predict(x: Float32Array, timesteps: Float32Array, labels?: Int32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** @param parameters of the model, buffers included, in PyTorch's order @param shape [C, H, W] */
export async function createPredictor(
  model: TrainableModel,
  parameters: ReadonlyMap<string, Float32Array>,
  shape: readonly [number, number, number],
): Promise<Predictor> {
  tf.enableProdMode();
  const onCpu = async () => {
    if (tf.getBackend() !== 'cpu') await tf.setBackend('cpu');
  };
  await onCpu();
  const weights: Record<string, tf.Tensor> = {};
  for (const spec of model.parameters) {
    weights[spec.name] = tf.tensor(parameters.get(spec.name)!, [...spec.shape], 'float32');
  }
  return {
    async predict(x, timesteps, labels) {
      await onCpu();
      const output = tf.tidy(() =>
        model.forward(weights, tf.tensor4d(x.slice(), [timesteps.length, ...shape]), tf.tensor1d(timesteps.slice()), {
          training: false,
          ...(labels && { labels: tf.tensor1d(labels, 'int32') }),
        }),
      );
      const values = output.dataSync<'float32'>().slice();
      output.dispose();
      return values;
    },
    async dispose() {
      await onCpu();
      tf.dispose(weights);
    },
  };
}
