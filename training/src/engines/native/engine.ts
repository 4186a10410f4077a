/**
 * tfjs-node and tfjs-node-gpu as training engines. TensorFlow has its own process. There it finds its libraries though
 * the user exported no path, and computes while this process makes batches. A crash does not keep the run from saying
 * why, and the process can be replaced. It must be: the binding numbers its tensors with an int32 that only grows, and
 * leaks every tensor from 2^31 on.
 */
import type { TrainEngine, TrainStep } from '../../step/contracts.ts';
import { EngineError } from '../../step/engine-error.ts';
import { type EngineProcess, OutOfMemory, startEngineProcess } from './host.ts';
import { type NativeKind, readInstall } from './install.ts';

export interface NativeOptions {
  /** Whether products on a GPU may use TensorFloat-32. */
  tf32: boolean;
  /** Called when the process is replaced. */
  onNote?: ((note: string) => void) | undefined;
  /** Number of handles at which the process is replaced. */
  handleLimit?: number;
  /** Steps between reads of losses: 10 on a GPU, so that it works on meanwhile, 1 on a CPU. */
  lossEvery?: number;
}

/** Far enough below 2^31 for the steps still under way. */
const DEFAULT_HANDLE_LIMIT = 2 ** 31 - 2 ** 27;

/** @throws EngineError, here and in all methods, when its process does not start, crashes or runs out of memory */
export async function createNativeEngine(
  kind: NativeKind,
  step: TrainStep,
  state: ReadonlyMap<string, Float32Array>,
  { tf32, onNote, handleLimit = DEFAULT_HANDLE_LIMIT, ...options }: NativeOptions,
): Promise<TrainEngine> {
  if (!step.recipe) throw new Error(`${kind} needs a network that is made from settings`);
  const start = () => startEngineProcess(kind, readInstall(kind)!, { tf32 });
  const write = async (values: ReadonlyMap<string, Float32Array>) => {
    for (const { name } of step.state) {
      const array = values.get(name);
      if (!array) throw new Error(`the training state lacks ${name}`);
      await child.call('write', { name, values: array });
    }
  };
  const read = async () => {
    const values = new Map<string, Float32Array>();
    for (const { name } of step.state) values.set(name, await child.call('read', name));
    return values;
  };

  const told = async <T>(work: Promise<T>) => {
    try {
      return await work;
    } catch (error) {
      throw explain(error as Error, kind);
    }
  };
  let child: EngineProcess = await told(start());
  const { gpu } = child;
  const { lossEvery = gpu ? 10 : 1 } = options;
  const define = () => child.call('define', { recipe: step.recipe!, lossEvery });
  let newestHandle = 0;
  let replacing = false;
  /** The next request waits for this. */
  let ready: Promise<void> = Promise.resolve();

  /** Work of several requests: later requests wait for all of them. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = ready.then(work);
    ready = result.then(() => {});
    ready.catch(() => {});
    return result;
  };
  const replace = async () => {
    // Requests are served in order: this waits for the steps under way.
    const values = await read();
    await child.stop();
    child = await start();
    await define();
    await write(values);
    [newestHandle, replacing] = [0, false];
    onNote?.(`Restarted ${kind} in place: its tensor handles were nearly used up. Nothing was lost.`);
  };

  try {
    await told(define().then(() => write(state)));
  } catch (error) {
    await child.stop();
    throw error;
  }
  return {
    name: `${kind} (${gpu ? 'gpu' : 'cpu'})`,
    // Enough that it never waits for a batch, or for a loss to be read.
    depth: 2 * lossEvery,
    async step(inputs) {
      if (newestHandle >= handleLimit && !replacing) {
        replacing = true;
        void inTurn(replace).catch(() => {});
      }
      const { handle, ...result } = await told(ready.then(() => child.call('step', inputs)));
      newestHandle = handle;
      return result;
    },
    readState: () => told(inTurn(read)),
    writeState: (values) => told(inTurn(() => write(values))),
    countTensors: () => ready.then(() => child.call('countTensors', undefined)),
    dispose: async () => {
      await ready.catch(() => {});
      await child.stop();
    },
  };
}

/** Out of memory and crashes of TensorFlow are not bugs of this program; other errors pass unchanged. */
function explain(error: Error, kind: NativeKind): Error {
  const reason = error.message.split('\n')[0]!;
  if (error instanceof OutOfMemory) {
    return new EngineError(
      `a step must fit the memory of ${kind}, but does not (${reason})`,
      'after freeing some memory, or start a new run with a smaller --batch',
    );
  }
  if (error instanceof EngineError) return new EngineError(`${kind} failed, ${reason}`);
  return new Error(`${kind} failed: ${error.message}`);
}
