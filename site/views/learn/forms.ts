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
  const sample = x.map((value, i) => p * value + q * output[i]!);
  const epsilon = x.map((value, i) => m * value + n * output[i]!);
  const v_prediction = epsilon.map((value, i) => signal * value - noise * sample[i]!);
  const flow_prediction = epsilon.map((value, i) => value - sample[i]!);
  return { epsilon, sample, v_prediction, flow_prediction };
}

/** Mean of the squared differences. */
export function squaredError(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
