/** Gives tests the page's side of the worker, as `window.sampler`. */
import { createSampler, type Sampler } from '#runtime-web/worker/client.ts';

declare global {
  interface Window {
    sampler: Sampler;
  }
}

window.sampler = createSampler();
