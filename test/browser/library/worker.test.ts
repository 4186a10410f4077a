/** The sampling worker without the site: its numbers, and its messages when something is missing. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import type { LoadProgress, ModelInfo, SampleRequest } from '#runtime-web/loading/protocol.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import type { Fault } from '#test/browser/server.ts';
import { launchBrowser, useBrowser, useHost, type Visit, visit } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
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

    it('has the threads that pay: one on a busy processor, more on a quiet one', { tags: 'long' }, async () => {
      const { page } = await open();
      const loaded = (processor: 'busy' | 'quiet') =>
        page.evaluate(async (processor) => {
          window.sampler.dispose();
          window.sampler = window.samplerOn(processor);
          return window.sampler.load('/models/digits', { device: 'wasm' });
        }, processor);
      const quiet = await loaded('quiet');
      expect(quiet.threads).toBeGreaterThan(1);
      expect(quiet.reason).not.toMatch(/busy/);
      await expectPicturesOfNode(page, join(MODELS, 'digits'), { seed: 3, steps: 2 });
      const busy = await loaded('busy');
      expect(busy.threads).toBe(1);
      expect(busy.reason).toBe(`${quiet.reason} It uses 1: the processor is busy, and more gain nothing.`);
      await expectPicturesOfNode(page, join(MODELS, 'digits'), { seed: 3, steps: 2 });
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

    it('stops between steps when cancelled, and samples again', { tags: 'long' }, async () => {
      const { page } = await open();
      await load(page, DIGITS, 'wasm');
      const seen = await page.evaluate(async () => {
        const cancel = new AbortController();
        const steps: number[] = [];
        const onStep = ({ step }: { step: number }) => {
          steps.push(step);
          if (step === 3) cancel.abort();
        };
        const request = { count: 8, steps: 200 };
        const end = await window.sampler.sample(request, { onStep, signal: cancel.signal }).then(
          () => 'all steps',
          (error: Error) => error.name,
        );
        return { end, last: steps.at(-1) };
      });
      expect(seen).toEqual({ end: 'AbortError', last: 3 });
      await expectPicturesOfNode(page, join(MODELS, 'digits'), { seed: 5, steps: 2 });
    });
  });

  describe('on WebGPU', () => {
    it('makes the pictures of Node on the software adapter', { tags: 'long' }, async () => {
      const folder = await tinyArtefact({ shape: [1, 8, 8] });
      host().mount('/tiny/', folder);
      const { page } = await open();
      expect(await load(page, '/tiny', 'webgpu')).toMatchObject({ device: 'webgpu', shape: [1, 8, 8] });
      await expectPicturesOfNode(page, folder, { seeds: [11, 12], steps: 3 });
      await expectPicturesOfNode(page, folder, { seeds: [11], steps: 2, sampler: 'ddpm' });
    });

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
    const FAULTS: [string, RegExp, Fault, RegExp][] = [
      ['has no network', /model\.onnx$/, { status: 404 }, /model\.onnx must be there, received status 404\.$/],
      ['has no config', /unet\/config\.json$/, { status: 404 }, /config\.json must be there, received status 404\.$/],
      [
        'has half a network',
        /model\.onnx$/,
        { length: 2e6 },
        /model\.onnx must be an ONNX network, received the first 2000000 bytes of/,
      ],
      [
        'ends in the middle',
        /model\.onnx$/,
        { cut: 2e6 },
        /model\.onnx must arrive whole, 2552903 bytes, received \d+/,
      ],
      ['has a page for a file', /model\.onnx$/, { type: 'text/html' }, /model\.onnx must be a file, received an HTML/],
      ['has a broken config', /scheduler_config\.json$/, { length: 100 }, /scheduler_config\.json must be JSON/],
      [
        'has a config of another kind',
        /unet\/config\.json$/,
        { body: '{"in_channels": 4}' },
        /sample_size of unet\/config\.json must be a positive integer/,
      ],
    ];
    const refuses = async (_: string, path: RegExp, fault: Fault, message: RegExp) => {
      const { page, allow } = await open();
      allow(/status (of )?404/, /request failed: .*(model\.onnx|config\.json)/, /ERR_CONTENT_LENGTH_MISMATCH/);
      host().fault(path, fault);
      expect(await failure(page, DIGITS, 'wasm')).toMatch(message);
    };
    const TITLE = 'that %s is refused in a sentence';
    it.each(FAULTS.slice(0, 1))(TITLE, refuses);
    it.each(FAULTS.slice(1))(TITLE, { tags: 'long' }, refuses);

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
