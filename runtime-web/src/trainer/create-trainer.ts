/**
 * Trains a diffusion model in a browser tab: the page's side of a worker that runs a training step made by
 * `pipeline transfer --to tab`.
 *
 *     const trainer = await createTrainer({ step: 'train-step', images: { name: 'digits', pixels, labels } });
 *     trainer.on('step', ({ step, loss }) => console.log(step, loss));
 *     await trainer.run(800);
 *     const files = await trainer.folder(); // a model folder
 */
import type { PictureOptions } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { TrainingProgress } from '@onnoise/scheduler/training';
import type { MessageEnd } from '../loading/protocol.ts';
import { absolute, fileIn } from '../session/address.ts';
import type { ModelFiles } from '../session/artefact.ts';
import type { Device } from '../session/device-report.ts';
import { revive, sentFiles } from '../worker/client.ts';
import type { TrainingImages } from './images.ts';
import { keepOnLeaving } from './leaving.ts';
import type {
  FromTrainer,
  ToTrainer,
  TrainerEvent,
  TrainerInfo,
  TrainerQuestion,
  TrainerQuestions,
} from './protocol.ts';

export type { TrainingImages } from './images.ts';
export type { TrainerEvent, TrainerInfo } from './protocol.ts';

export interface TrainerOptions {
  /** Address of a model folder with `train/`, or its files by their path. Without it, a training that the browser keeps goes on. */
  step?: string | URL | ModelFiles | undefined;
  /** What to train on; needed with `step`. */
  images?: TrainingImages | undefined;
  /** Of the order, the draws and the mirroring. Default: that of the step. */
  seed?: number | undefined;
  /** Default: `auto`, WebGPU where there is a graphics card and its first step agrees with WebAssembly's. */
  device?: Device | 'auto' | undefined;
  /** Of WebAssembly, at most. Default: as many as suit the processor. */
  threads?: number | undefined;
  /** Name under which the browser keeps the training: at each pause, when the page is left, and every 25 seconds. Default: it does not. */
  checkpoints?: string | undefined;
  /** Seconds between pictures; null: none. Default: 5. */
  sampleEvery?: number | null | undefined;
  /** The pictures to draw then. */
  samples?: PictureOptions | undefined;
  /** As in `WorkerOptions`. */
  files?: string | URL | undefined;
}

export interface Trainer {
  readonly info: TrainerInfo;
  /** Calls back for each event of a kind. @returns a function that ends it */
  on<K extends TrainerEvent['kind']>(
    kind: K,
    listener: (event: Extract<TrainerEvent, { kind: K }>) => void,
  ): () => void;
  /**
   * Trains, for so many steps or until it is paused. Resolves when it stops.
   * @throws InputError when the loss becomes NaN or infinite. `restart` is all that helps then: the others throw it, too.
   */
  run(steps?: number): Promise<void>;
  /** Resolves after the step under way. */
  pause(): Promise<void>;
  /** Back to the state that was opened. */
  restart(): Promise<TrainingProgress>;
  /** Pictures of the averaged weights, [N, C, H, W] in [-1, 1]. */
  sample(request?: PictureOptions): Promise<Float32Array<ArrayBuffer>>;
  /** What was trained, as the files of a model folder by their path. */
  folder(): Promise<Record<string, Uint8Array<ArrayBuffer> | string>>;
  /** Ends the worker; calls under way fail with an AbortError. */
  dispose(): void;
}

/** @throws InputError for a step or images that cannot be trained with, and for a device that this browser lacks */
export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { files } = options;
  const worker =
    files === undefined
      ? new Worker(new URL('./onnoise-trainer.ts', import.meta.url), { type: 'module' })
      : new Worker(fileIn(files, 'onnoise-trainer.js'), { type: 'module' });
  const connection = connectTrainer(worker, () => worker.terminate());
  worker.addEventListener('error', ({ message }) => connection.fail(message ?? 'no file onnoise-trainer.js'));
  try {
    return await connection.open(options);
  } catch (error) {
    connection.end(error as Error);
    throw error;
  }
}

interface Waiting {
  done(value: unknown): void;
  failed(error: Error): void;
}

/** The trainer at the other end of a port. */
export function connectTrainer(port: MessageEnd<ToTrainer, FromTrainer>, close: () => void) {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, Set<(event: TrainerEvent) => void>>();
  let last = 0;
  let ended: Error | undefined;

  const leaving = keepOnLeaving();

  port.addEventListener('message', ({ data }) => {
    if ('last' in data) return leaving.hold(data.last);
    if ('event' in data) {
      if (data.event.kind === 'kept') leaving.drop();
      for (const listener of listeners.get(data.event.kind) ?? []) listener(data.event);
      return;
    }
    const question = waiting.get(data.id);
    waiting.delete(data.id);
    if ('done' in data) question?.done(data.done);
    else question?.failed(revive(data.failed));
  });

  function ask<Q extends TrainerQuestion>(question: Q, ask: TrainerQuestions[Q]['ask']) {
    return new Promise<TrainerQuestions[Q]['done']>((resolve, reject) => {
      if (ended) throw ended;
      const id = ++last;
      waiting.set(id, { done: resolve as Waiting['done'], failed: reject });
      port.postMessage({ id, question, ask } as ToTrainer, []);
    });
  }

  function end(error: Error): void {
    ended ??= error;
    for (const { failed } of waiting.values()) failed(ended);
    waiting.clear();
    leaving.close();
    close();
  }

  const on: Trainer['on'] = (kind, listener) => {
    const all = listeners.get(kind) ?? new Set();
    listeners.set(kind, all.add(listener as (event: TrainerEvent) => void));
    return () => void all.delete(listener as (event: TrainerEvent) => void);
  };

  return {
    end,
    fail: (reason: string) =>
      end(new InputError(`Cannot train: the worker of the page must run, received "${reason}". Load the page again.`)),
    async open({
      step,
      images,
      seed,
      device = 'auto',
      threads,
      checkpoints,
      sampleEvery = 5,
      samples,
      files,
    }: TrainerOptions) {
      if (step !== undefined && images === undefined) {
        throw new InputError('Cannot train: images must be given with a step, received none.');
      }
      const info = await ask('open', {
        source: step === undefined ? { kind: 'kept' } : { kind: 'step', step: sentStep(step), images: images!, seed },
        device,
        threads,
        checkpoints,
        sampleEvery,
        samples: samples ?? { count: 8, steps: 10 },
        files: files === undefined ? undefined : absolute(files),
      });
      const trainer: Trainer = {
        info,
        on,
        run: async (steps) => void (await ask('run', { steps })),
        pause: async () => void (await ask('pause', null)),
        restart: () => ask('restart', null),
        sample: (request = {}) => ask('sample', request),
        folder: () => ask('folder', null),
        dispose: () => end(new DOMException('The trainer was disposed.', 'AbortError')),
      };
      return trainer;
    },
  };
}

const sentStep = (step: string | URL | ModelFiles): string | ModelFiles =>
  typeof step === 'string' || step instanceof URL ? absolute(step) : sentFiles(step);
