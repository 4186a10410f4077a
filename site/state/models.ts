/** The models that the page can show: shipped ones by address, the visitor's own as files. */
import type { LoadProgress, ModelInfo, SamplingWorker, Source } from '@onnoise/runtime-web';
import type { Signal } from '@preact/signals';
import type { ModelLine } from './model-line.ts';

export const DEVICES = ['auto', 'webgpu', 'wasm'] as const;
export type DeviceChoice = (typeof DEVICES)[number];

/** With absolute addresses; a model of files has none, nor a size that is known before it is opened. */
export interface ModelEntry extends Omit<ModelLine, 'url' | 'bytes'>, Partial<Pick<ModelLine, 'url' | 'bytes'>> {
  files?: Record<string, Blob>;
  /** True for a visitor's own model: a link to it means nothing elsewhere. */
  own: boolean;
}

/** Of the shipped real digits, relative to the page. */
const DIGIT_PICTURES = 'assets/real-28.json';

/** Whether a model makes digits, so that those that are shipped can stand beside its own. */
export const makesDigits = ({ pictures }: Pick<ModelEntry, 'pictures'>): boolean =>
  pictures?.endsWith(`/${DIGIT_PICTURES}`) ?? false;

export function shippedEntry({ url, pictures, real, masks, ...line }: ModelLine, page: string): ModelEntry {
  const absolute = (address: string) => new URL(address, page).href;
  return {
    ...line,
    url: absolute(url),
    ...(pictures !== undefined && { pictures: absolute(pictures) }),
    ...(real !== undefined && { real: absolute(real) }),
    ...(masks !== undefined && { masks: absolute(masks) }),
    own: false,
  };
}

function sourceOf({ url, files }: ModelEntry): Source {
  return files ? { kind: 'files', files } : { kind: 'url', url: url! };
}

/** `own-1`, `own-2`, ...: never the id of another model. */
export function nextOwnId(models: readonly ModelEntry[]): string {
  const ids = new Set(models.map(({ id }) => id));
  let n = 1;
  while (ids.has(`own-${n}`)) n++;
  return `own-${n}`;
}

/**
 * One model at a time, loaded once: callers that ask for the same model share one load. A request for another model
 * or device cancels the load under way.
 */

export type Loaded =
  | { state: 'none' }
  | { state: 'loading'; progress: LoadProgress }
  | { state: 'ready'; info: ModelInfo }
  | { state: 'failed'; message: string };

/** @param after what the network waits for once it is downloaded, unless another asks for it without */
type UseModel = (entry: ModelEntry, device: DeviceChoice, after?: Promise<unknown>) => Promise<ModelInfo>;

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
