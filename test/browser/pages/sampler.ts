/** Gives tests the page's side of the worker, as `window.sampler`. */
import { createSamplingWorker, type SamplingWorker } from '#runtime-web/worker/client.ts';

declare global {
  interface Window {
    sampler: SamplingWorker;
  }
}

window.sampler = createSamplingWorker();
