/** A model in words, shared by all views: its loading, its device, and what its network predicts. */
import type { LoadProgress, ModelInfo } from '@onnoise/runtime-web';
import type { PredictionType } from '@onnoise/scheduler';

const STAGES: Record<LoadProgress['stage'], string> = {
  runtime: 'Fetching onnxruntime',
  model: 'Fetching the network',
  held: 'Fetched, starts in a moment',
  session: 'Getting the network ready',
};

const MEGABYTE = 1e6;

/** One decimal below 10 MB, none above: `4.6 MB`, `27 MB`, `0.3 MB`. */
export function formatMegabytes(bytes: number): string {
  const size = bytes / MEGABYTE;
  return `${size.toFixed(size < 10 ? 1 : 0)} MB`;
}

export function describeProgress({ stage, loaded, total }: LoadProgress): {
  label: string;
  bytes: string | undefined;
  /** 0 to 1; null if the total is unknown. */
  share: number | null;
} {
  const label = STAGES[stage];
  if (stage === 'session' || stage === 'held') return { label, bytes: undefined, share: null };
  if (total === null || total <= 0) {
    return { label, bytes: loaded > 0 ? formatMegabytes(loaded) : undefined, share: null };
  }
  const share = Math.min(1, loaded / total);
  return { label, bytes: `${formatMegabytes(loaded)} of ${formatMegabytes(total)}`, share };
}

export function describeDevice({ device, threads, reason }: Pick<ModelInfo, 'device' | 'threads' | 'reason'>): {
  name: string;
  why: string;
} {
  const wasm = threads === 1 ? 'WASM, one thread' : `WASM, ${threads} threads`;
  return { name: device === 'webgpu' ? 'WebGPU' : wasm, why: reason.trim() };
}

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
