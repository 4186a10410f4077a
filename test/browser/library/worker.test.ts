/** The sampling worker without the site: its numbers, and its messages when something is missing. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import type { LoadProgress, ModelInfo, SampleRequest } from '#runtime-web/loading/protocol.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { launchBrowser, useBrowser, useHost, type Visit, visit } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';

const MODELS = join(import.meta.dirname, '..', '..', '..', 'models');
const DIGITS = '/models/digits';

describe('the worker', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost({ folders: { '/models/': MODELS } });
  const plain = useHost({ folders: { '/models/': MODELS }, isolated: false });

  async function open(inBrowser: Browser = browser()): Promise<Visit> {
    const opened = await visit(inBrowser);
    await opened.page.goto(`${host().origin}/pages/sampler.html`);
    await opened.page.waitForFunction(() => 'sampler' in window);
    return opened;
  }

  /** The page's pictures equal Node's. */
  async function expectPicturesOfNode(page: Page, folder: string, request: SampleRequest): Promise<void> {
    const model = await loadModel(folder, { device: 'cpu' });
    const { images, seeds, labels } = await model.sample(request);
    await model.dispose();
    const made = await sample(page, request);
    expect(made).toMatchObject({ seeds, ...(labels && { labels }) });
    expectClose(made.images, images, { absolute: 1e-3, what: JSON.stringify(request) });
  }

  describe('on WebAssembly', () => {
    it('makes the pictures of Node, seed by seed, with DDIM and DDPM', async () => {
      const { page } = await open();
      const info = await load(page, DIGITS, 'wasm');
      expect(info).toMatchObject({ device: 'wasm', shape: [1, 28, 28], classes: 10, bytes: 2_552_903 });
      expect(info.reason).toMatch(/WebAssembly has \d+ threads because the page is cross-origin isolated/);
      const requests: SampleRequest[] = [
        { seeds: [7, 123456789, 2 ** 40 + 1], steps: 6, labels: [3, 8] },
        { seeds: [1, 0], steps: 5, sampler: 'ddpm' },
        { seed: 41, count: 2, steps: 4, sampler: 'ddim', eta: 0.5 },
      ];
      for (const request of requests) await expectPicturesOfNode(page, join(MODELS, 'digits'), request);
    });

    it('has one thread, and says why, where the page is not isolated', { tags: 'long' }, async () => {
      const { page } = await visit(browser());
      await page.goto(`${plain().origin}/pages/sampler.html`);
      await page.waitForFunction(() => 'sampler' in window);
      const info = await load(page, DIGITS, 'wasm');
      expect(info.threads).toBe(1);
      expect(info.reason).toMatch(/one thread.*isolated/);
      await expectPicturesOfNode(page, join(MODELS, 'digits'), { seed: 3, steps: 2 });
    });
  });

  describe('on WebGPU', () => {
    it('gives way to WebAssembly where it is missing, and says so', { tags: 'long' }, async () => {
      const { page } = await open(await launchBrowser({ webgpu: false }));
      const info = await load(page, DIGITS, 'auto');
      expect(info.device).toBe('wasm');
      expect(info.reason).toMatch(/WebGPU/);
      const devices = await page.evaluate(() => window.sampler.devices());
      expect(devices.webgpu).toMatch(/WebGPU/);
      expect(devices.wasm.threads).toBeGreaterThanOrEqual(info.threads);
      expect(await failure(page, DIGITS, 'webgpu')).toMatch(
        /^InputError: Cannot load the model: device must be .*, received "webgpu"\./,
      );
    });
  });

  describe('a model folder', () => {
    /** What else a host may do wrong is in test/unit/runtime-web/download.test.ts. */
    it('that has no network is refused in a sentence', async () => {
      const { page, allow } = await open();
      allow(/status (of )?404/, /request failed: .*model\.onnx/);
      host().fault(/model\.onnx$/, { status: 404 });
      expect(await failure(page, DIGITS, 'wasm')).toMatch(/model\.onnx must be there, received status 404\.$/);
      host().mend();
    });

    it('that is slow shows its progress, and can be cancelled', { tags: 'long' }, async () => {
      const { page, allow } = await open();
      allow(/request failed: .*model\.onnx.* net::ERR_ABORTED/);
      host().fault(/model\.onnx$/, { hold: { after: 1e6, until: new Promise(() => undefined) } });
      await page.evaluate((url) => {
        const cancel = new AbortController();
        const told: LoadProgress[] = [];
        const onProgress = (progress: LoadProgress) => void told.push(progress);
        const end = window.sampler
          .load({ kind: 'url', url }, { device: 'wasm', onProgress, signal: cancel.signal })
          .then(
            () => 'loaded',
            (error: Error) => error.name,
          );
        Object.assign(window, { slow: { told, cancel: () => cancel.abort(), end } });
      }, DIGITS);
      await page.waitForFunction(() =>
        window.slow.told.some(({ stage, loaded }) => stage === 'model' && loaded === 1e6),
      );
      const told = await page.evaluate(() => window.slow.told.filter(({ stage }) => stage === 'model'));
      expect(new Set(told.map(({ total }) => total))).toEqual(new Set([2_552_903]));
      expect(
        await page.evaluate(() => {
          window.slow.cancel();
          return window.slow.end;
        }),
      ).toBe('AbortError');
      host().mend();
      expect(await load(page, DIGITS, 'wasm')).toMatchObject({ device: 'wasm' });
    });
  });

  describe('onnxruntime', () => {
    it('whose WebAssembly cannot be had is missed in a sentence, and is fetched once it can', {
      tags: 'long',
    }, async () => {
      const { page, allow } = await open();
      allow(/request failed: .*\.wasm net::ERR_EMPTY_RESPONSE/, /console: Failed to load resource: .*EMPTY_RESPONSE/);
      host().fault(/\.wasm$/, { dead: true });
      expect(await failure(page, DIGITS, 'wasm')).toMatch(/^InputError: Cannot load the runtime: .*\.wasm must answer/);
      host().mend();
      expect(await load(page, DIGITS, 'wasm')).toMatchObject({ device: 'wasm' });
    });

    it('is missed in a sentence in a browser that has no WebAssembly', { tags: 'long' }, async () => {
      const { page } = await open(await launchBrowser({ args: ['--js-flags=--jitless'] }));
      expect(await failure(page, DIGITS, 'auto')).toMatch(/^InputError: Cannot .*WebAssembly/);
    });
  });
});

declare global {
  interface Window {
    slow: { told: LoadProgress[]; cancel(): void; end: Promise<string> };
  }
}

/** Loads a model in the page. */
const load = (page: Page, url: string, device: 'auto' | 'webgpu' | 'wasm'): Promise<ModelInfo> =>
  page.evaluate(({ url, device }) => window.sampler.load({ kind: 'url', url }, { device }), { url, device });

/** Why the page cannot load a model: name and message of the error. */
const failure = (page: Page, url: string, device: 'auto' | 'webgpu' | 'wasm'): Promise<string> =>
  load(page, url, device).then(
    () => 'It was loaded.',
    (error: Error) => error.message.replace(/^page\.evaluate: /, '').split('\n')[0]!,
  );

/** Samples in the page. */
async function sample(page: Page, request: SampleRequest) {
  const { images, ...rest } = await page.evaluate(async (request) => {
    const { images, seeds, labels } = await window.sampler.sample(request);
    return { images: Array.from(images), seeds, labels };
  }, request);
  return { images: Float32Array.from(images), ...rest };
}
