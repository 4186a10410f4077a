/** The page's side of a sampler's worker: questions with a number, each answered once. */
import { InputError } from '@onnoise/scheduler/rules';
import type {
  Devices,
  Failure,
  FromPage,
  FromWorker,
  GraphRequest,
  GraphTensors,
  LoadProgress,
  MessageEnd,
  ModelInfo,
  Question,
  Questions,
  SampleRequest,
  SampleResult,
  Source,
  StepFrame,
} from '../loading/protocol.ts';
import { absolute } from '../session/address.ts';
import type { ModelFiles } from '../session/artefact.ts';
import type { Device } from '../session/device-report.ts';

export interface SamplingWorker {
  /**
   * Loads a model in place of the current one, and cancels a load or a sampling under way. `source` is the folder's URL, or
   * its files by their path in it; relative addresses are relative to the page.
   * @throws InputError for a file that is missing, broken or unreachable, and for a device that this browser lacks;
   * AbortError when cancelled.
   */
  load(
    source: string | URL | ModelFiles | Source,
    options?: {
      /** Default: `auto`, WebGPU where there is a hardware adapter, else WebAssembly. */
      device?: 'auto' | Device | undefined;
      onProgress?: ((progress: LoadProgress) => void) | undefined;
      signal?: AbortSignal | undefined;
      /**
       * What the network waits for once it is downloaded: to start it takes all cores for a second, and a page may have
       * something to show first. Default: nothing.
       */
      after?: Promise<unknown> | undefined;
    },
  ): Promise<ModelInfo>;
  /**
   * New pictures, in one batch; one call at a time. The same seed, label, steps and sampler give the same picture as in
   * Node.
   * @throws InputError before anything is computed for an option that does not fit; AbortError when cancelled.
   */
  sample(
    request: SampleRequest,
    options?: { onStep?: ((frame: StepFrame) => void) | undefined; signal?: AbortSignal | undefined },
  ): Promise<SampleResult>;
  /**
   * Runs an ONNX file on WebAssembly, tensors in and tensors out; runs wait for each other. It needs no loaded model.
   * @throws InputError for a file that is missing or broken, and for inputs that do not fit; AbortError when cancelled.
   */
  run(
    request: GraphRequest,
    options?: { onProgress?: ((progress: LoadProgress) => void) | undefined; signal?: AbortSignal | undefined },
  ): Promise<GraphTensors>;
  devices(): Promise<Devices>;
  /** Ends the worker; calls under way fail with an AbortError. */
  dispose(): void;
}

/** What goes to the worker: a URL object would not survive the way, and there a relative address means another place. */
function sentSource(source: string | URL | ModelFiles | Source): Source {
  if (typeof source === 'string' || source instanceof URL) return { kind: 'url', url: absolute(source) };
  const { kind } = source;
  if (kind === 'url') return { kind, url: absolute((source as Extract<Source, { kind: 'url' }>).url) };
  const files = kind === 'files' ? (source as Extract<Source, { kind: 'files' }>).files : (source as ModelFiles);
  return { kind: 'files', files: sentFiles(files) };
}

/** Files whose addresses mean the same in a worker. */
export function sentFiles(files: ModelFiles): ModelFiles {
  const sent = Object.entries(files).map(([path, file]) => {
    return [path, typeof file === 'string' || file instanceof URL ? absolute(file) : file] as const;
  });
  return Object.fromEntries(sent);
}

interface Waiting {
  tell(value: unknown): void;
  done(value: unknown): void;
  failed(error: Error): void;
}

/** The sampler at the other end of a port. `fail` ends it: the worker could not be started, or broke down. */
export function connectSamplingWorker(
  port: MessageEnd<FromPage, FromWorker>,
  close: () => void,
): SamplingWorker & { fail(reason: string): void } {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let ended: Error | undefined;

  port.addEventListener('message', ({ data }) => {
    const question = waiting.get(data.id);
    if (question === undefined) return; // already answered or cancelled
    if ('tell' in data) return question.tell(data.tell);
    waiting.delete(data.id);
    if ('done' in data) question.done(data.done);
    else question.failed(revive(data.failed));
  });

  function ask<Q extends Question>(
    question: Q,
    ask: Questions[Q]['ask'],
    onTell?: (value: Questions[Q]['tell']) => void,
    signal?: AbortSignal,
    after?: Promise<unknown>,
  ): Promise<Questions[Q]['done']> {
    return new Promise((resolve, reject) => {
      if (ended) throw ended;
      signal?.throwIfAborted();
      const id = ++last;
      const cancel = () => port.postMessage({ id, cancel: true }, []);
      signal?.addEventListener('abort', cancel);
      waiting.set(id, {
        tell: (value) => {
          if (!signal?.aborted) onTell?.(value as Questions[Q]['tell']);
          if (question === 'sample') port.postMessage({ id, seen: true }, []);
        },
        done: (value) => {
          signal?.removeEventListener('abort', cancel);
          resolve(value as Questions[Q]['done']);
        },
        failed: (error) => {
          signal?.removeEventListener('abort', cancel);
          reject(signal?.aborted ? signal.reason : error);
        },
      });
      port.postMessage({ id, question, ask } as FromPage, []);
      const start = () => port.postMessage({ id, start: true }, []);
      after?.then(start, start);
    });
  }

  function end(error: Error): void {
    ended ??= error;
    for (const { failed } of waiting.values()) failed(ended);
    waiting.clear();
    close();
  }

  return {
    load: async (source, { device = 'auto', onProgress, signal, after } = {}) =>
      ask('load', { source: sentSource(source), device, held: after !== undefined }, onProgress, signal, after),
    sample: (request, { onStep, signal } = {}) =>
      ask('sample', { request, frames: onStep !== undefined }, onStep, signal),
    run: async (request, { onProgress, signal } = {}) =>
      (await ask('run', { ...request, source: sentSource(request.source) }, onProgress, signal)).outputs,
    devices: () => ask('devices', null),
    dispose: () => end(new DOMException('The sampler was disposed.', 'AbortError')),
    fail: (reason) =>
      end(new InputError(`Cannot sample: the worker of the page must run, received "${reason}". Load the page again.`)),
  };
}

/** The error of a message. */
export function revive({ name, message, stack }: Failure): Error {
  if (name === 'AbortError') return new DOMException(message, name);
  if (name === 'InputError') return new InputError(message);
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
