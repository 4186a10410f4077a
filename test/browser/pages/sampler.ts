/** Gives tests the page's side of the worker, as `window.sampler`. */
import type { SamplingWorker } from '#runtime-web/worker/client.ts';
import { createSamplingWorker } from '#runtime-web/worker/create.ts';

declare global {
  interface Window {
    sampler: SamplingWorker;
  }
}

window.sampler = createSamplingWorker();
