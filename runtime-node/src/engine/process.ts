/**
 * Starts a process that computes, and asks it. Computing blocks a process for as long as a network call takes, and native
 * code can end it: neither may happen to a server.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { InputError } from '@onnoise/scheduler';
import { ModelFault } from './fault.ts';
import { EngineGone } from './gone.ts';
import type { CallTask, EngineModel, EngineOptions, FromEngine, SampleTask, StepReport, ToEngine } from './protocol.ts';

const script = fileURLToPath(new URL('../../bin/engine.mjs', import.meta.url));
/** Characters of what it writes that are kept, to tell how it ended. */
const LOG_SIZE = 4096;

/** Told of each image of a task. */
export interface TaskCallbacks {
  onImage?: ((index: number, image: Float32Array) => void) | undefined;
  onPartial?: ((partial: { index: number; step: number; steps: number; image: Float32Array }) => void) | undefined;
  /** Ends the task between two steps; its promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface Engine {
  models: readonly EngineModel[];
  /** Process number, for those who watch it. */
  pid: number | undefined;
  /**
   * Images [C, H, W], one a seed.
   * @throws EngineGone when its process ends first; ModelFault where the network gives NaN or infinity.
   */
  sample(task: SampleTask, callbacks?: TaskCallbacks): Promise<Float32Array[]>;
  /** The network's output [C, H, W] for each row. @throws EngineGone, as `sample`. */
  call(task: CallTask, callbacks?: TaskCallbacks): Promise<Float32Array[]>;
  /** Ends it once all that was asked is done. */
  drain(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
  /** Why it ended. */
  ended: Promise<string>;
}

interface Open extends TaskCallbacks {
  images: Float32Array[];
  left: number;
  settle(error?: unknown): void;
}

/**
 * Starts a process and has it load the models.
 * @throws InputError for a model or device that cannot be used, as `loadModel` does; EngineGone where the process ends.
 */
export async function startEngine(options: EngineOptions, onSteps: (report: StepReport) => void): Promise<Engine> {
  const child = fork(script, [], { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const ended = whenEnded(child);
  const open = new Map<number, Open>();
  void ended.then((reason) => {
    for (const { settle } of [...open.values()]) settle(new EngineGone(reason));
  });

  const watch = watchSilence(child, options.patience);
  const models = await new Promise<EngineModel[]>((resolve, reject) => {
    child.on('message', (message: FromEngine) => {
      watch.heard();
      if (message.type === 'ready') resolve(message.models);
      else if (message.type === 'unready') {
        child.kill('SIGKILL');
        reject(message.user ? new InputError(message.message) : new Error(message.message));
      } else if (message.type === 'steps') onSteps(message);
      else take(open.get(message.id), message);
    });
    void ended.then((reason) => reject(new EngineGone(reason)));
    child.send({ type: 'start', options } satisfies ToEngine, () => {});
  });

  let last = 0;
  let gone: string | undefined;
  void ended.then((reason) => {
    gone = reason;
  });
  const ask = (message: { type: 'sample'; task: SampleTask } | { type: 'call'; task: CallTask }, count: number) => {
    return (callbacks: TaskCallbacks = {}) =>
      new Promise<Float32Array[]>((resolve, reject) => {
        const { signal } = callbacks;
        signal?.throwIfAborted();
        if (gone !== undefined) throw new EngineGone(gone);
        const id = ++last;
        const images = new Array<Float32Array>(count);
        const cancel = () => {
          child.send({ type: 'cancel', id } satisfies ToEngine, () => {});
          settle(signal?.reason);
        };
        const settle = (error?: unknown) => {
          open.delete(id);
          signal?.removeEventListener('abort', cancel);
          if (error === undefined) resolve(images);
          else reject(error);
        };
        open.set(id, { ...callbacks, images, left: count, settle });
        signal?.addEventListener('abort', cancel);
        // A failure to send is the end of the process, which is told above.
        child.send({ ...message, id } satisfies ToEngine, () => {});
        watch.asked();
      });
  };

  return {
    models,
    pid: child.pid,
    sample: (task, callbacks) => ask({ type: 'sample', task }, task.seeds.length)(callbacks),
    call: (task, callbacks) => ask({ type: 'call', task }, task.timesteps.length)(callbacks),
    async drain() {
      if (child.connected) child.send({ type: 'drain' } satisfies ToEngine, () => {});
      await ended;
    },
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}

/** Ends a process that says nothing for `patience` milliseconds after it was asked: it hangs, and another may not. */
function watchSilence(child: ChildProcess, patience: number | undefined): { asked(): void; heard(): void } {
  let late: NodeJS.Timeout | undefined;
  const heard = () => {
    clearTimeout(late);
    late = undefined;
  };
  child.once('close', heard);
  return {
    heard,
    asked() {
      if (patience !== undefined) late ??= setTimeout(() => child.kill('SIGKILL'), patience).unref();
    },
  };
}

/** Hands what arrived to the task it is of; to nobody, where that was cancelled meanwhile. */
function take(task: Open | undefined, message: Extract<FromEngine, { id: number }>): void {
  if (task === undefined) return;
  if (message.type === 'failed')
    task.settle(message.user ? new ModelFault(message.message) : new Error(message.message));
  else if (message.type === 'partial') task.onPartial?.(message);
  else {
    task.images[message.index] = message.image;
    task.onImage?.(message.index, message.image);
    if (--task.left === 0) task.settle();
  }
}

function whenEnded(child: ChildProcess): Promise<string> {
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-LOG_SIZE);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => {
      const words = log.trim().split('\n').at(-1);
      resolve(`${signal === null ? `exit code ${code}` : `ended by ${signal}`}${words ? ` (${words})` : ''}`);
    });
  });
}
