/** One guess in all its forms; each follows from any other, from x and from t. */
import { type Level, type PredictionType, predictionAt } from '@onnoise/scheduler';

export type Forms = Record<PredictionType, Float32Array>;

/**
 * @param type what the network says
 * @param x the noisy picture; `output` of the network for it
 */
export function formsOf(type: PredictionType, level: Level, x: Float32Array, output: Float32Array): Forms {
  const { signal, noise } = level;
  const { p, q, m, n } = predictionAt(type, level);
  const form = () => new Float32Array(x.length);
  const [sample, epsilon, v_prediction, flow_prediction] = [form(), form(), form(), form()];
  for (let i = 0; i < x.length; i++) {
    sample[i] = p * x[i]! + q * output[i]!;
    epsilon[i] = m * x[i]! + n * output[i]!;
    v_prediction[i] = signal * epsilon[i]! - noise * sample[i]!;
    flow_prediction[i] = epsilon[i]! - sample[i]!;
  }
  return { epsilon, sample, v_prediction, flow_prediction };
}

/** The guessed picture alone, within -1 to 1. */
export function pictureOf(type: PredictionType, level: Level, x: Float32Array, output: Float32Array): Float32Array {
  const { p, q } = predictionAt(type, level);
  const sample = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) sample[i] = Math.min(Math.max(p * x[i]! + q * output[i]!, -1), 1);
  return sample;
}

/** Mean of the squared differences. */
export function squaredError(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
