/**
 * One model at a time, loaded once: callers that ask for the same model share one load. A request for another model
 * or device cancels the load under way.
 */

import type { LoadProgress, ModelInfo, SamplingWorker } from '@onnoise/runtime-web';
import type { Signal } from '@preact/signals';
import { type DeviceChoice, type ModelEntry, sourceOf } from './models.ts';

export type Loaded =
  | { state: 'none' }
  | { state: 'loading'; progress: LoadProgress }
  | { state: 'ready'; info: ModelInfo }
  | { state: 'failed'; message: string };

/** @param after what the network waits for once it is downloaded, unless another asks for it without */
export type UseModel = (entry: ModelEntry, device: DeviceChoice, after?: Promise<unknown>) => Promise<ModelInfo>;

const START: LoadProgress = { stage: 'runtime', loaded: 0, total: null };

export function createLoader(worker: Pick<SamplingWorker, 'load'>, loaded: Signal<Loaded>): UseModel {
  let last:
    | { entry: ModelEntry; device: DeviceChoice; info: Promise<ModelInfo>; abort: AbortController; start(): void }
    | undefined;

  return (entry, device, after) => {
    if (last?.entry === entry && last.device === device && loaded.peek().state !== 'failed') {
      if (!after) last.start();
      return last.info;
    }
    last?.abort.abort();
    const abort = new AbortController();
    const { signal } = abort;
    const tell = (state: Loaded) => {
      if (!signal.aborted) loaded.value = state;
    };
    tell({ state: 'loading', progress: START });
    let start = () => {};
    const asked = new Promise<void>((resolve) => {
      start = resolve;
    });
    const info = worker
      .load(sourceOf(entry), {
        device,
        signal,
        after: after && Promise.race([after, asked]),
        onProgress: legibly((progress) => {
          if (loaded.peek().state === 'loading') tell({ state: 'loading', progress: withTotal(progress, entry) });
        }),
      })
      .then(
        (info) => {
          signal.throwIfAborted();
          tell({ state: 'ready', info });
          return info;
        },
        (error: unknown) => {
          tell({ state: 'failed', message: sentence(error) });
          throw error;
        },
      );
    info.catch(() => {}); // shown above, and the callers get it too
    last = { entry, device, info, abort, start };
    return info;
  };
}

/** Milliseconds between two signs of progress. */
const LEGIBLE = 100;

/**
 * Passes on what can be followed: a new stage at once, and of one stage ten signs a second. The last sign may come after the
 * end of what is told.
 */
export function legibly(tell: (progress: LoadProgress) => void): (progress: LoadProgress) => void {
  let [stage, at] = ['', 0];
  let waiting: LoadProgress | undefined;
  const pass = (progress: LoadProgress) => {
    waiting = undefined;
    [stage, at] = [progress.stage, performance.now()];
    tell(progress);
  };
  return (progress) => {
    const left = LEGIBLE - (performance.now() - at);
    if (progress.stage !== stage || left <= 0) return pass(progress);
    if (!waiting) setTimeout(() => waiting && pass(waiting), left);
    waiting = progress;
  };
}

/** A host that compresses does not say how large a file is; the page's list of models does. */
export function withTotal(progress: LoadProgress, { bytes }: Pick<ModelEntry, 'bytes'>): LoadProgress {
  return progress.stage === 'model' ? { ...progress, total: progress.total ?? bytes ?? null } : progress;
}

/** The text to show for an error. */
export function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim() || 'Something went wrong, and the browser did not say what.';
}
