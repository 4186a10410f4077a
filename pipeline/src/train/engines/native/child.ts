/** The engine's process: TensorFlow's native library under the eager training step, with orders over IPC. */
import './polyfill.ts';
import * as tf from '@tensorflow/tfjs';
import { createModel } from '#src/model/index.ts';
import { createTrainStep } from '../../step.ts';
import { createEagerStep, type EagerStep } from '../eager.ts';
import { useNativeGradients } from './kernels.ts';
import type { Answer, EngineStep, Greeting, Method, Methods, Request } from './protocol.ts';
import { missingLibraries } from './reason.ts';

interface Binding {
  createTensor(shape: number[], dtype: number, values: Float32Array): number;
  deleteTensor(id: number): void;
  TF_FLOAT: number;
  TF_Version?: string;
}

/** Milliseconds without a request after which no more are on their way: longer than a large batch takes to arrive. */
const quiet = 100;

/** Serves until it must stop or the training process is gone. @param kind the npm package, without scope */
export async function serveEngine(kind: string): Promise<void> {
  process.once('disconnect', () => process.exit());
  const send = (message: Answer | Greeting) => new Promise<void>((resolve) => process.send!(message, () => resolve()));

  let backend: tf.KernelBackend & { binding: Binding; isUsingGpuDevice: boolean };
  try {
    await import(`@tensorflow/${kind}`);
    tf.enableProdMode();
    if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend does not start');
    backend = tf.backend() as typeof backend;
    useNativeGradients();
  } catch (error) {
    await send({ ready: false, reason: (error as Error).message.split('\n')[0]! });
    process.disconnect();
    return;
  }
  const unread: { id: number; outputs: ReturnType<EagerStep['run']> }[] = [];
  let eager: EagerStep | null = null;
  let every = 1;
  let waiting: NodeJS.Timeout | undefined;

  /** Every request gets its answer, or the training process would wait for it for ever. */
  const answer = (id: number, work: () => unknown) => {
    let message: Answer;
    try {
      message = { id, result: work() };
    } catch (error) {
      message = { id, error: (error as Error).message };
    }
    return send(message);
  };
  const newestHandle = () => {
    const id = backend.binding.createTensor([], backend.binding.TF_FLOAT, new Float32Array(1));
    backend.binding.deleteTensor(id);
    return id;
  };
  const readLosses = () => {
    clearTimeout(waiting);
    const { rss: memory } = process.memoryUsage();
    for (const { id, outputs } of unread.splice(0)) {
      void answer(id, (): EngineStep => {
        const [loss, gradNorm] = [outputs.loss.dataSync()[0]!, outputs.gradNorm.dataSync()[0]!];
        tf.dispose([outputs.loss, outputs.gradNorm]);
        return { loss, gradNorm, memory, handle: newestHandle() };
      });
    }
  };
  /** Once no more steps come, there is no reason to keep what is done. */
  const readWhenQuiet = (since = performance.now()) => {
    clearTimeout(waiting);
    // A timer counts from the beginning of its turn, which is before the step.
    const look = () => (performance.now() - since < quiet ? readWhenQuiet(since) : readLosses());
    waiting = setTimeout(look, quiet);
  };
  const methods: { [M in Exclude<Method, 'step'>]: Methods[M] } = {
    define({ recipe: { model, options }, lossEvery }) {
      every = lossEvery;
      eager = createEagerStep(createTrainStep(createModel(model), options));
    },
    write: ({ name, values }) => eager!.write(name, values),
    read: (name) => eager!.read(name),
    countTensors: () => tf.memory().numTensors,
    stop: () => eager?.dispose(),
  };

  process.on('message', async ({ id, method, argument }: Request) => {
    if (method === 'step') {
      try {
        unread.push({ id, outputs: eager!.run(argument as Parameters<Methods['step']>[0]) });
      } catch (error) {
        await send({ id, error: (error as Error).message });
      }
      if (unread.length >= every) readLosses();
      else readWhenQuiet();
      return;
    }
    readLosses();
    await answer(id, () => (methods[method] as (argument: unknown) => unknown)(argument));
    if (method === 'stop') process.disconnect();
  });
  const tensorflow = backend.binding.TF_Version ?? 'unknown';
  const gpu = backend.isUsingGpuDevice;
  await send({ ready: true, gpu, tensorflow, missing: gpu || kind === 'tfjs-node' ? [] : missingLibraries() });
}
