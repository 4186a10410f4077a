/** The engine's process: the eager training step on TensorFlow's native library, with requests over IPC. */
import { serveParent } from '@onnoise/runtime-node/child';
import * as tf from '@tensorflow/tfjs';
import { createModel } from '../../model/index.ts';
import { createTrainStep } from '../../step/step.ts';
import { createEagerStep, type EagerStep } from '../tfjs/eager.ts';
import { useNativeGradients } from './kernels.ts';
import { restoreUtil } from './polyfill.ts';
import type { EngineMethods, EngineStep } from './protocol.ts';
import { missingLibraries, saysOutOfMemory } from './reason.ts';

interface Binding {
  createTensor(shape: number[], dtype: number, values: Float32Array): number;
  deleteTensor(id: number): void;
  TF_FLOAT: number;
  TF_Version?: string;
}

/** After so many milliseconds without a request, none is on its way: a large batch takes less time to arrive. */
const QUIET = 100;

type Backend = tf.KernelBackend & { binding: Binding; isUsingGpuDevice: boolean };
interface Unread {
  outputs: ReturnType<EagerStep['run']>;
  resolve(step: EngineStep): void;
  reject(error: unknown): void;
}

/** Serves until it is stopped or the training process is gone. @param kind the npm package, without scope */
export function serveTrainEngine(kind: string): void {
  let backend: Backend;
  let eager: EagerStep | undefined;
  const unread: Unread[] = [];
  let every = 1;
  let waiting: NodeJS.Timeout | undefined;

  const newestHandle = () => {
    const id = backend.binding.createTensor([], backend.binding.TF_FLOAT, new Float32Array(1));
    backend.binding.deleteTensor(id);
    return id;
  };
  const readLosses = () => {
    clearTimeout(waiting);
    const { rss: memory } = process.memoryUsage();
    for (const { outputs, resolve, reject } of unread.splice(0)) {
      try {
        const [loss, gradNorm] = [outputs.loss.dataSync()[0]!, outputs.gradNorm.dataSync()[0]!];
        tf.dispose([outputs.loss, outputs.gradNorm]);
        resolve({ loss, gradNorm, memory, handle: newestHandle() });
      } catch (error) {
        reject(error);
      }
    }
  };
  /** Once no more steps come, nothing is gained by holding losses back. */
  const readWhenQuiet = (since = performance.now()) => {
    clearTimeout(waiting);
    // A timer counts from the beginning of its event loop turn, which is before the step.
    const look = () => (performance.now() - since < QUIET ? readWhenQuiet(since) : readLosses());
    waiting = setTimeout(look, QUIET);
  };
  /** Calls are answered in order, so the steps before come first. */
  const after = <A extends unknown[], R>(work: (...argument: A) => R) => {
    return (...argument: A): R => {
      readLosses();
      return work(...argument);
    };
  };

  serveParent<EngineMethods>(
    {
      async start() {
        backend = await load(kind);
        const { binding, isUsingGpuDevice: gpu } = backend;
        const missing = gpu || kind === 'tfjs-node' ? [] : missingLibraries();
        return { gpu, tensorflow: binding.TF_Version ?? 'unknown', missing };
      },
      define: after(({ recipe: { model, options }, lossEvery }) => {
        every = lossEvery;
        eager = createEagerStep(createTrainStep(createModel(model), options));
      }),
      write: after(({ name, values }) => eager!.write(name, values)),
      read: after((name) => eager!.read(name)),
      step(inputs) {
        try {
          const outputs = eager!.run(inputs);
          return new Promise<EngineStep>((resolve, reject) => unread.push({ outputs, resolve, reject }));
        } finally {
          if (unread.length >= every) readLosses();
          else readWhenQuiet();
        }
      },
      countTensors: after(() => tf.memory().numTensors),
      stop: after(() => eager?.dispose()),
    },
    { kindOf: ({ name, message }) => (saysOutOfMemory(message) ? 'out of memory' : name) },
  );
}

async function load(kind: string): Promise<Backend> {
  restoreUtil();
  await import(`@tensorflow/${kind}`);
  tf.enableProdMode();
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
  useNativeGradients();
  return tf.backend() as Backend;
}
