/** The page that has the engine as `window.engine`: opens it, samples there, and compares with Node. */
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import type { SampleRequest } from '#runtime-web/index.ts';
import type { ImageSeed } from '#scheduler/index.ts';
import { expectClose } from '../compare.ts';
import type { Host } from './server.ts';
import { type VisitOptions, visit } from './visit.ts';

export async function openEngine(browser: Browser, host: Host, options: VisitOptions = {}): Promise<Page> {
  const { page } = await visit(browser, options);
  await page.goto(`${host.origin}/pages/engine.html`);
  await page.waitForFunction(() => 'engine' in window);
  return page;
}

/** Loads a model in the page and samples each request. */
export const sampleAll = (
  page: Page,
  url: string,
  requests: SampleRequest[],
  device: 'webgpu' | 'wasm' | 'auto' = 'webgpu',
) =>
  page.evaluate(
    async ({ url, requests, device }) => {
      const model = await window.engine.loadModel(url, { device });
      const made: { images: number[]; x0: number[]; seeds: ImageSeed[] }[] = [];
      for (const request of requests) {
        let x0: number[] = [];
        const { images, seeds } = await model.sample({
          ...request,
          wantsStep: (step, steps) => step === steps,
          onStep: (told) => {
            x0 = Array.from(told.x0);
          },
        });
        made.push({ images: Array.from(images), x0, seeds });
      }
      await model.dispose();
      return { device: model.device, reason: model.reason, made };
    },
    { url, requests, device },
  );

/** Compares pictures of the page with those of Node, and their seeds. */
export async function expectPicturesOfNode(
  folder: string,
  requests: SampleRequest[],
  made: { images: number[]; seeds: ImageSeed[] }[],
): Promise<void> {
  const model = await loadModel(folder, { device: 'cpu' });
  for (const [i, request] of requests.entries()) {
    const { images, seeds } = await model.sample(request);
    expect(made[i]!.seeds).toEqual(seeds);
    expectClose(Float32Array.from(made[i]!.images), images, { absolute: 1e-4, what: `request ${i}` });
  }
  await model.dispose();
}
