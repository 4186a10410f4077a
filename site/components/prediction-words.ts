/** Words for what a network predicts, shared by all views. */
import type { PredictionType } from '@onnoise/scheduler';

/** The quantity, with its symbol: `the velocity v`. */
const QUANTITIES: Record<PredictionType, string> = {
  epsilon: 'the noise ε',
  sample: 'the clean picture x₀',
  v_prediction: 'the velocity v',
  flow_prediction: 'the velocity u',
};

export function predictedQuantity(prediction: PredictionType): string {
  return QUANTITIES[prediction];
}

/**
 * What happens at a step: comes after "a network looks at the noisy x_t" and before the symbol of the estimate.
 * @param prediction null while no model is loaded
 */
export function stepWords(prediction: PredictionType | null): string {
  if (prediction === null) return 'and gives an estimate of the clean picture,';
  if (prediction === 'sample') return `and predicts ${predictedQuantity(prediction)}. This estimate is`;
  if (prediction === 'epsilon')
    return `and predicts ${predictedQuantity(prediction)}, which gives an estimate of the clean picture,`;
  return `and predicts ${predictedQuantity(prediction)}, a mixture of noise and picture, which gives an estimate of the clean picture,`;
}
