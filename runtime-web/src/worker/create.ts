/**
 * Starts a sampler: a module worker that downloads, opens and runs the network, so that the page stays responsive.
 *
 *     const worker = createSamplingWorker();
 *     const info = await worker.load('models/digits');
 *     const { images } = await worker.sample({ count: 4, steps: 20 }, { onStep: draw });
 */
import { fileIn } from '../session/address.ts';
import type { SmallRuntime } from '../session/small-runtime.ts';
import { connectSamplingWorker, type SamplingWorker } from './client.ts';
import { smallFirst } from './small-first.ts';

export interface WorkerOptions {
  /**
   * Address of the folder that `onnoise-web-files` filled. Default: the worker is where the bundler put it, else beside the
   * script.
   */
  files?: string | URL | undefined;
  /**
   * A smaller build of onnxruntime-web's WebAssembly, for pages that have one thread because they are not isolated. It may lack what a
   * network needs: then another worker takes its place, with the whole build. Default: the whole build alone.
   */
  small?: SmallRuntime | undefined;
}

export type { SamplingWorker };

/** Starts the worker. */
export function createSamplingWorker({ files, small }: WorkerOptions = {}): SamplingWorker {
  const start = (small?: SmallRuntime): SamplingWorker => {
    const worker =
      files === undefined
        ? new Worker(new URL('./onnoise-worker.ts', import.meta.url), { type: 'module' })
        : new Worker(fileIn(files, 'onnoise-worker.js'), { type: 'module' });
    const sampler = connectSamplingWorker(worker, () => worker.terminate(), small);
    worker.addEventListener('error', ({ message }) => sampler.fail(message ?? 'no file onnoise-worker.js'));
    return sampler;
  };
  return small === undefined ? start() : smallFirst(start, small);
}
