/** The engine's process: TensorFlow's native library under the eager training step, told what to do over IPC. */
import './polyfill.ts';
import * as tf from '@tensorflow/tfjs';
import { createModel } from '../../../model/index.ts';
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

/** Serves until it is told to stop or the training process is gone. @param kind the npm package, without scope */
export async function serveEngine(kind: string): Promise<void> {
  // Ctrl-C reaches every process of the terminal; when to stop is the training process' to say.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
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

  const newestHandle = () => {
    const id = backend.binding.createTensor([], backend.binding.TF_FLOAT, new Float32Array(1));
    backend.binding.deleteTensor(id);
    return id;
  };
  const readLosses = () => {
    const handle = newestHandle();
    const { rss: memory } = process.memoryUsage();
    for (const { id, outputs } of unread.splice(0)) {
      const { loss, gradNorm } = outputs;
      const result: EngineStep = { loss: loss.dataSync()[0]!, gradNorm: gradNorm.dataSync()[0]!, memory, handle };
      tf.dispose([loss, gradNorm]);
      void send({ id, result });
    }
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
    try {
      if (method === 'step') {
        unread.push({ id, outputs: eager!.run(argument as Parameters<Methods['step']>[0]) });
        if (unread.length >= every) readLosses();
        // Once no more steps are waiting, there is no reason to keep what is done.
        else setImmediate(() => setImmediate(() => unread.at(-1)?.id === id && readLosses()));
        return;
      }
      readLosses();
      const result = (methods[method] as (argument: unknown) => unknown)(argument);
      await send({ id, result });
      if (method === 'stop') process.disconnect();
    } catch (error) {
      await send({ id, error: (error as Error).message });
    }
  });
  const tensorflow = backend.binding.TF_Version ?? 'unknown';
  const gpu = backend.isUsingGpuDevice;
  await send({ ready: true, gpu, tensorflow, missing: gpu || kind === 'tfjs-node' ? [] : missingLibraries() });
}
