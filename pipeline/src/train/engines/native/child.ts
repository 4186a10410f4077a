/** The engine's process: TensorFlow's native library under the eager training step, with orders over IPC. */
import './polyfill.ts';
import { serveParent } from '@onnoise/runtime-node/child';
import * as tf from '@tensorflow/tfjs';
import { createModel } from '#src/model/index.ts';
import { createTrainStep } from '../../step.ts';
import { createEagerStep, type EagerStep } from '../eager.ts';
import { useNativeGradients } from './kernels.ts';
import type { EngineMethods, EngineStep } from './protocol.ts';
import { missingLibraries, saysOutOfMemory } from './reason.ts';

interface Binding {
  createTensor(shape: number[], dtype: number, values: Float32Array): number;
  deleteTensor(id: number): void;
  TF_FLOAT: number;
  TF_Version?: string;
}

/** Milliseconds without a request after which no more are on their way: longer than a large batch takes to arrive. */
const QUIET = 100;

type Backend = tf.KernelBackend & { binding: Binding; isUsingGpuDevice: boolean };
interface Unread {
  outputs: ReturnType<EagerStep['run']>;
  resolve(step: EngineStep): void;
  reject(error: unknown): void;
}

/** Serves until it must stop or the training process is gone. @param kind the npm package, without scope */
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
  /** Once no more steps come, there is no reason to keep what is done. */
  const readWhenQuiet = (since = performance.now()) => {
    clearTimeout(waiting);
    // A timer counts from the beginning of its turn, which is before the step.
    const look = () => (performance.now() - since < QUIET ? readWhenQuiet(since) : readLosses());
    waiting = setTimeout(look, QUIET);
  };
  /** Calls are answered in their order: first the steps before. */
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
  await import(`@tensorflow/${kind}`);
  tf.enableProdMode();
  if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
  useNativeGradients();
  return tf.backend() as Backend;
}
