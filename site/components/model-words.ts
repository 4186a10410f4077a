/** Loading and devices in words. */
import type { LoadProgress, ModelInfo } from '@onnoise/runtime-web';

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
