/** Gives tests the page's side of the worker, as `window.sampler`, of workers with a small runtime, and of workers whose measure of threads is made up. */
import type { SmallRuntime } from '#runtime-web/index.ts';
import { connectSamplingWorker, type SamplingWorker } from '#runtime-web/worker/client.ts';
import { createSamplingWorker } from '#runtime-web/worker/create.ts';

export type Processor = 'busy' | 'quiet';

declare global {
  interface Window {
    sampler: SamplingWorker;
    samplerOn(processor: Processor): SamplingWorker;
    samplerWith(small: SmallRuntime): SamplingWorker;
  }
}

const WORKERS: Record<Processor, () => Worker> = {
  busy: () => new Worker(new URL('./measured-worker.ts', import.meta.url), { type: 'module', name: 'busy' }),
  quiet: () => new Worker(new URL('./measured-worker.ts', import.meta.url), { type: 'module', name: 'quiet' }),
};

window.samplerOn = (processor) => {
  const worker = WORKERS[processor]();
  return connectSamplingWorker(worker, () => worker.terminate());
};
window.samplerWith = (small) => createSamplingWorker({ small });
window.sampler = createSamplingWorker();
