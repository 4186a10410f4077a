/**
 * Starts a sampler: a module worker that downloads, opens and runs the network, so that the page stays responsive.
 *
 *     const worker = createSamplingWorker();
 *     const info = await worker.load('models/digits');
 *     const { images } = await worker.sample({ count: 4, steps: 20 }, { onStep: draw });
 */
import { fileIn } from '../session/address.ts';
import { connectSamplingWorker, type SamplingWorker } from './client.ts';

export interface WorkerOptions {
  /**
   * Address of the folder that `onnoise-web-files` filled. Default: the worker is where the bundler put it, else beside the
   * script.
   */
  files?: string | URL | undefined;
}

export type { SamplingWorker };

/** Starts the worker. */
export function createSamplingWorker({ files }: WorkerOptions = {}): SamplingWorker {
  const worker =
    files === undefined
      ? new Worker(new URL('./onnoise-worker.ts', import.meta.url), { type: 'module' })
      : new Worker(fileIn(files, 'onnoise-worker.js'), { type: 'module' });
  const sampler = connectSamplingWorker(worker, () => worker.terminate());
  worker.addEventListener('error', ({ message }) => sampler.fail(message ?? 'no file onnoise-worker.js'));
  return sampler;
}
