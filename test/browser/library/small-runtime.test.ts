/** The small runtime: what it samples, and that whatever it lacks comes from the whole one without a word. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Sketch } from '#pipeline/export/fuse/sketch.ts';
import { loadModel } from '#runtime-node/index.ts';
import type { LoadProgress } from '#runtime-web/index.ts';
import { RUNTIMES } from '#runtime-web/session/ort.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import type { Host } from '#test/browser/server.ts';
import { type SMALL, writeSmallRuntimes } from '#test/browser/small-runtime.ts';
import { useBrowser, useHost, visit } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { ROOT } from '#test/repository.ts';
import { skipBecause } from '#test/skip.ts';
import { encodeModel } from '#tracer/index.ts';

type Name = (typeof SMALL)[number];

const MODELS = join(ROOT, 'models');
const REQUEST = { seeds: [7, 2 ** 40 + 1], steps: 3, labels: [3, 8] };
/** Of a module that does not start. */
const SAID_BY_ONNXRUNTIME = /^console: (failed to asynchronously prepare wasm|Aborted\()/;
const WHOLE = /\/ort-wasm-simd-threaded-[\w-]+\.wasm$/;

describe('a worker with a small runtime', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const plain = useHost({ folders: { '/models/': MODELS }, isolated: false });
  const isolated = useHost({ folders: { '/models/': MODELS } });
  let sizes: Record<Name, number>;
  beforeAll(async () => {
    const folder = temporaryFolder();
    sizes = await writeSmallRuntimes(folder);
    for (const host of [plain(), isolated()]) host.mount('/small/', folder);
  });

  async function open(host: Host, small: Name, ...allowed: RegExp[]): Promise<Page> {
    const { page, allow } = await visit(browser());
    allow(...allowed);
    await page.goto(`${host.origin}/pages/sampler.html`);
    await page.waitForFunction(() => 'sampler' in window);
    host.log.length = 0;
    await page.evaluate(
      (small) => {
        window.sampler.dispose();
        window.sampler = window.samplerWith(small);
      },
      { url: `${host.origin}/small/${small}.wasm`, bytes: sizes[small] },
    );
    return page;
  }

  /** @returns what was told of the runtime's download: the last count of each total */
  const load = (page: Page) =>
    page.evaluate(async () => {
      const told: LoadProgress[] = [];
      const { reason } = await window.sampler.load('/models/digits', {
        device: 'wasm',
        onProgress: (progress) => told.push(progress),
      });
      const counts = told.filter(({ stage }) => stage === 'runtime');
      return { reason, loaded: counts.filter(({ loaded, total }) => loaded === total).map(({ total }) => total) };
    });

  async function expectPicturesOfNode(page: Page): Promise<void> {
    const made = await page.evaluate(async (request) => {
      const steps: number[] = [];
      const { images } = await window.sampler.sample(request, { onStep: ({ step }) => steps.push(step) });
      return { images: Array.from(images), steps };
    }, REQUEST);
    const model = await loadModel(join(MODELS, 'digits'), { device: 'cpu' });
    const { images } = await model.sample(REQUEST);
    await model.dispose();
    expectClose(Float32Array.from(made.images), images, { absolute: 1e-3, what: 'the pictures' });
    expect(made.steps).toEqual([1, 2, 3]);
  }

  /** Nothing is told of a runtime that was here before the network. */
  const expectTold = (loaded: (number | null)[], ...totals: number[]) =>
    expect(totals).toEqual(expect.arrayContaining(loaded));

  const asked = (host: Host, path: RegExp | string) =>
    host.log.filter((sent) => (typeof path === 'string' ? sent.path === path : path.test(sent.path))).length;

  it('samples the pictures of Node by it alone, on one thread', async () => {
    const page = await open(plain(), 'recorded');
    const { reason, loaded } = await load(page);
    expect(reason).toMatch(/one thread because the page is not cross-origin isolated/);
    expectTold(loaded, sizes.recorded);
    await expectPicturesOfNode(page);
    expect(asked(plain(), '/small/recorded.wasm')).toBe(1);
    expect(asked(plain(), WHOLE)).toBe(0);
  });

  it('samples them by the whole one where the small one does not start', { tags: 'long' }, async () => {
    const page = await open(plain(), 'none', SAID_BY_ONNXRUNTIME);
    expectTold((await load(page)).loaded, sizes.none, RUNTIMES.wasm.bytes);
    await expectPicturesOfNode(page);
    expect(asked(plain(), '/small/none.wasm')).toBe(1);
    expect(asked(plain(), WHOLE)).toBe(1);
  });

  it('samples them by the whole one where the small one stops in a run', { tags: 'long' }, async () => {
    const page = await open(plain(), 'opens');
    expectTold((await load(page)).loaded, sizes.opens);
    expect(asked(plain(), '/small/opens.wasm')).toBe(1);
    expect(asked(plain(), WHOLE)).toBe(0);
    await expectPicturesOfNode(page);
    expect(asked(plain(), WHOLE)).toBe(1);
    await expectPicturesOfNode(page);
    expect(asked(plain(), WHOLE)).toBe(1);
  });

  it('runs an operator that no recorded network has, and says what is wrong with one that there is not', {
    tags: 'long',
  }, async () => {
    const page = await open(plain(), 'recorded');
    const sketch = new Sketch('graph');
    const x = sketch.input('x', 'float32', [2]);
    sketch.output('y', sketch.op('Acosh', [x]), 'float32', [2]);
    const graph = encodeModel(sketch.graph);
    const run = (id: string, bytes: number[]) =>
      page.evaluate(
        async ({ id, bytes }) => {
          const files = { 'graph.onnx': new Uint8Array(bytes) };
          const x = { type: 'float32', data: Float32Array.of(1, 2), dims: [2] } as const;
          const source = { kind: 'files', files } as const;
          const made = await window.sampler.run({ id, source, path: 'graph.onnx', feeds: { x } });
          return Array.from(made.y!.data as Float32Array);
        },
        { id, bytes },
      );
    const made = Float32Array.from(await run('known', [...graph]));
    expectClose(made, Float32Array.of(0, Math.acosh(2)), { absolute: 1e-6, what: 'acosh' });
    expect(asked(plain(), WHOLE)).toBe(1);
    const unknown = Buffer.from(Buffer.from(graph).toString('latin1').replaceAll('Acosh', 'Asoch'), 'latin1');
    await expect(run('unknown', [...unknown])).rejects.toThrow(
      /Cannot run graph.onnx: it must be an ONNX file that runs here, received ".*Asoch/,
    );
  });

  it('is not asked for where the page may have threads', async () => {
    const page = await open(isolated(), 'none');
    expect((await load(page)).reason).toMatch(/because the page is cross-origin isolated/);
    expect(asked(isolated(), '/small/none.wasm')).toBe(0);
    expect(asked(isolated(), WHOLE)).toBe(1);
  });
});
