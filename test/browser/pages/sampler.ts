/** Gives tests the page's side of the worker, as `window.sampler`. */
import { createSampler, type SamplerName } from '#runtime-web/worker/client.ts';

declare global {
  interface Window {
    sampler: SamplerName;
  }
}

window.sampler = createSampler();
