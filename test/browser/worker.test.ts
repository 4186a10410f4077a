/** The worker that samples, without the site around it: its numbers, and what it says when something is missing. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../../runtime-node/src/index.ts';
import type { ModelInfo, SampleRequest } from '../../runtime-web/src/worker/client.ts';
import { LACKS_CHROMIUM } from '../support/browser/chromium.ts';
import { useBrowser, useHost, visit } from '../support/browser/visit.ts';
import { expectClose } from '../support/compare.ts';
import { skipBecause } from '../support/skip.ts';

const MODELS = join(import.meta.dirname, '..', '..', 'models');

describe('the worker', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost({ folders: { '/models/': MODELS } });

  async function open(): Promise<Page> {
    const { page } = await visit(browser());
    await page.goto(`${host().origin}/pages/sampler.html`);
    await page.waitForFunction(() => 'sampler' in window);
    return page;
  }

  it('makes the pictures of Node, seed by seed, with DDIM and DDPM', async () => {
    const requests: SampleRequest[] = [
      { seeds: [7, 123456789, 2 ** 40 + 1], steps: 6, labels: [3, 8] },
      { seeds: [1, 0], steps: 5, sampler: 'ddpm' },
      { seed: 41, count: 2, steps: 4, eta: 0.5 },
    ];
    const page = await open();
    const info = await load(page, '/models/digits', 'wasm');
    expect(info).toMatchObject({ device: 'wasm', shape: [1, 28, 28], classes: 10 });
    expect(info.threads, info.reason).toBeGreaterThan(1);
    const node = await loadModel(join(MODELS, 'digits'), { device: 'cpu' });
    for (const request of requests) {
      const { images, seeds } = await node.sample(request);
      const made = await sample(page, request);
      expect(made.seeds).toEqual(seeds);
      expectClose(made.images, images, { absolute: 1e-3, what: JSON.stringify(request) });
    }
    await node.dispose();
  });
});

/** Loads a model in the page. */
const load = (page: Page, url: string, device: 'auto' | 'webgpu' | 'wasm'): Promise<ModelInfo> =>
  page.evaluate(({ url, device }) => window.sampler.load({ kind: 'url', url }, { device }), { url, device });

/** Samples in the page. */
async function sample(page: Page, request: SampleRequest): Promise<{ images: Float32Array; seeds: number[] }> {
  const { images, seeds } = await page.evaluate(async (request) => {
    const { images, seeds } = await window.sampler.sample(request);
    return { images: Array.from(images), seeds };
  }, request);
  return { images: Float32Array.from(images), seeds };
}
