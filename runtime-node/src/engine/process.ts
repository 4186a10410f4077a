/**
 * Starts an engine in a child process, and calls it. A network call blocks its process, and native code may crash it:
 * neither may happen to a server.
 */
import { fileURLToPath } from 'node:url';
import type { SamplerTable } from '@onnoise/scheduler';
import { InputError } from '@onnoise/scheduler/rules';
import { CallError, type ChildEnd, ChildEnded, startChild } from '../child/index.ts';
import { ModelFault } from './fault.ts';
import { EngineGone } from './gone.ts';
import { gpuFor } from './gpus.ts';
import type {
  CallTask,
  EngineMethods,
  EngineModel,
  EngineOptions,
  Image,
  Preview,
  SampleTask,
  StepReport,
  TableTask,
  TaskPart,
} from './protocol.ts';

const SCRIPT = fileURLToPath(new URL('../../bin/engine.mjs', import.meta.url));

/** Called with each image of a task. */
export interface TaskCallbacks {
  onImage?: ((image: Image) => void) | undefined;
  onPartial?: ((partial: Preview) => void) | undefined;
  /** Ends the task between two steps; its promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface Engine {
  models: readonly EngineModel[];
  /** Process id, for monitoring. */
  pid: number | undefined;
  /**
   * Samples an image for each seed.
   * @throws EngineGone when its process ends first; ModelFault when the network gives NaN or infinity.
   */
  sample(task: SampleTask, callbacks?: TaskCallbacks): Promise<void>;
  /** Calls the network on each row; its outputs are the images. @throws EngineGone, as `sample`. */
  call(task: CallTask, callbacks?: TaskCallbacks): Promise<void>;
  /** @throws InputError for options that do not fit the model; EngineGone, as `sample` */
  table(asked: TableTask): Promise<SamplerTable>;
  /** Ends it once all its work is done. */
  drain(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
  /** Why it ended. */
  ended: Promise<string>;
}

/**
 * Starts a process and has it load the models.
 * @throws InputError for a model or device that cannot be used, as `loadModel` does; EngineGone when the process ends.
 */
export async function startEngine(options: EngineOptions, onSteps: (report: StepReport) => void): Promise<Engine> {
  const { patience, place, rest } = options;
  const args = rest === undefined ? [] : [String(rest)];
  const env = place === undefined ? undefined : { ...process.env, ...gpuFor(place) };
  const child = await startChild<EngineMethods, StepReport>(SCRIPT, options, {
    patience,
    env,
    args,
    onEvent: onSteps,
  }).catch((error: unknown) => {
    throw revive(error, InputError);
  });

  async function ask(
    asked: (options: { onPart: (part: TaskPart) => void; signal: AbortSignal | undefined }) => Promise<void>,
    { onImage, onPartial, signal }: TaskCallbacks = {},
  ): Promise<void> {
    const onPart = ({ type, ...part }: TaskPart) =>
      type === 'partial' ? onPartial?.(part as Preview) : onImage?.(part as Image);
    try {
      await asked({ onPart, signal });
    } catch (error) {
      // The request was checked before, so the model is at fault.
      throw revive(error, ModelFault);
    }
  }

  return {
    models: child.started,
    pid: child.pid,
    sample: (task, callbacks) => ask((options) => child.call('sample', task, options), callbacks),
    call: (task, callbacks) => ask((options) => child.call('call', task, options), callbacks),
    table: (asked) =>
      child.call('table', asked).catch((error: unknown) => {
        throw revive(error, InputError);
      }),
    async drain() {
      await child.drain();
    },
    kill: child.kill,
    ended: child.ended.then(describeEnd),
  };
}

/** Turns an error of a call into one of the engine. @param Refused class for the engine's InputError */
function revive(error: unknown, Refused: typeof InputError | typeof ModelFault): unknown {
  if (error instanceof ChildEnded) return new EngineGone(describeEnd(error.end));
  if (error instanceof CallError && error.kind === 'InputError') return new Refused(error.message);
  return error;
}

function describeEnd({ code, signal, tail, error }: ChildEnd): string {
  if (error) return error.message;
  const words = tail.trim().split('\n').at(-1);
  return `${signal === null ? `exit code ${code}` : `ended by ${signal}`}${words ? ` (${words})` : ''}`;
}
