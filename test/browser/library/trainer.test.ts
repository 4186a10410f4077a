/** Training in the tab: the losses of Node, on both devices; going on from Node's run; what comes out of it. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { readStepFile, STEP_FILES } from '#scheduler/training/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import {
  blobs,
  freshStepFolder,
  openTrainerPage,
  pixelsOf,
  planOfNetwork,
  stepFolderOfRun,
  trainInNode,
  writeFiles,
} from '#test/browser/trainer.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';
import { readStart } from '#training/fine-tuning/read-start.ts';

const STEPS = 50;

describe('createTrainer', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();
  const plan = planOfNetwork();
  let node: { run: string; losses: number[] };

  beforeAll(async () => {
    node = await trainInNode(plan);
    host().mount('/fresh/', await freshStepFolder(plan));
  });

  const open = () => openTrainerPage(browser(), host());
  const start = (page: Page, options: object = {}) =>
    page.evaluate(
      ({ options, images }) => window.training.open({ step: '/fresh', sampleEvery: null, ...images, ...options }),
      { options, images: pixelsOf(blobs()) },
    );
  const run = (page: Page, steps?: number) => page.evaluate((steps) => window.training.run(steps), steps);

  it.each([1, 2])(
    'has the losses of Node over 50 steps on WebAssembly, with %i threads',
    { tags: 'long' },
    async (threads) => {
      const { page } = await open();
      const info = await start(page, { device: 'wasm', threads });
      expect(info).toMatchObject({ device: 'wasm', threads, shape: [1, 8, 8], batch: 4 });
      const { losses, steps } = await run(page, STEPS);
      expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
      expectClose(losses, node.losses, { absolute: 1e-4, what: 'losses' });
    },
  );

  it('goes on from the run of Node, and has its losses', { tags: 'long' }, async () => {
    const begun = await trainInNode(plan, 20);
    expect(begun.losses).toHaveLength(20);
    host().mount('/run/', await stepFolderOfRun(begun.run));
    const { page } = await open();
    const info = await start(page, { step: '/run', device: 'wasm' });
    expect(info.progress).toMatchObject({ step: 20, loss: begun.losses.at(-1) });
    const { losses } = await run(page, STEPS - 20);
    expectClose(losses, node.losses.slice(20), { absolute: 1e-4, what: 'losses' });
  });

  it('makes a model folder that Node samples alike, trains on from, and the tab goes on with', async () => {
    const { page } = await open();
    await start(page, { device: 'wasm' });
    await run(page, 12);
    const request = { seeds: [5, 6], labels: [2, 0], steps: 6 };
    const images = await page.evaluate(
      async (request) => Array.from(await window.training.trainer!.sample(request)),
      request,
    );
    const files = await page.evaluate(() => window.training.folder());
    const decoded = Object.entries(files).map(([path, content]) => [path, Buffer.from(content, 'base64')] as const);
    const folder = await writeFiles(Object.fromEntries(decoded));
    const model = await loadModel(folder, { device: 'cpu' });
    expect(model).toMatchObject({ classes: 3, classNames: ['class 0', 'class 1', 'class 2'] });
    const made = await model.sample(request);
    await model.dispose();
    expectClose(Float32Array.from(images), made.images, { absolute: 1e-4, what: 'pictures' });
    const { start: begun } = await readStart(folder);
    expect([...begun.parameters.keys()].sort()).toEqual(plan.model.parameters.map(({ name }) => name).sort());

    const { progress, data } = readStepFile(Buffer.from(files[STEP_FILES.step]!, 'base64').toString());
    expect(progress.step).toBe(12);
    expect(data).toMatchObject({ name: 'blobs' });
    host().mount('/further/', folder);
    await start(page, { step: '/further', device: 'wasm' });
    const { losses } = await run(page, 8);
    expectClose(losses, node.losses.slice(12, 20), { absolute: 1e-4, what: 'losses' });
  });

  it('stops at a loss that is not finite, and says so', { tags: 'long' }, async () => {
    const broken = planOfNetwork({ training: { lr: 1e30, warmupSteps: 0 } });
    host().mount('/broken/', await freshStepFolder(broken));
    const { page } = await open();
    await start(page, { step: '/broken', device: 'wasm' });
    const message = await page.evaluate(() => window.training.run(20).then(String, ({ message }: Error) => message));
    expect(message).toMatch(
      /^Cannot go on with the training: the (loss|gradient norm) of step \d+ must be finite, received (NaN|Infinity)\. Start again/,
    );
    const last = await page.evaluate(() => window.training.trainer!.restart());
    expect(last.step).toBe(0);
  });

  it('keeps what a tab that is closed without a word has trained, in the newest whole slot', {
    tags: 'long',
  }, async () => {
    const { page } = await open();
    await start(page, { device: 'wasm', checkpoints: 'test' });
    await run(page, 4); // kept at the start and at the end
    await run(page, 3);
    const damage = (slot: number) =>
      page.evaluate(async (slot) => {
        const request = indexedDB.open('onnoise-training');
        const database = await new Promise<IDBDatabase>((resolve) => {
          request.onsuccess = () => resolve(request.result);
        });
        const store = database.transaction('records', 'readwrite').objectStore('records');
        const found = store.get(`test/${slot}`);
        const { serial } = await new Promise<{ serial: number }>((resolve) => {
          found.onsuccess = () => {
            store.put({ ...found.result, state: new Map() }, `test/${slot}`);
            resolve(found.result);
          };
        });
        database.close();
        return serial;
      }, slot);
    const goOn = async () => {
      await page.reload();
      await page.waitForFunction(() => 'training' in window);
      return page.evaluate(() => window.training.open({ checkpoints: 'test', device: 'wasm', sampleEvery: null }));
    };
    expect((await goOn()).progress.step).toBe(7);
    const { losses } = await run(page, 3);
    expectClose(losses, node.losses.slice(7, 10), { absolute: 1e-4, what: 'losses' });
    const serial = await damage(0);
    expect(serial).toBeGreaterThan(1);
    expect([7, 10]).toContain((await goOn()).progress.step);
  });

  it('of two tabs keeps the one that began last, and tells the other', { tags: 'long' }, async () => {
    const { page } = await open();
    await start(page, { device: 'wasm', checkpoints: 'shared' });
    expect((await run(page, 2)).others).not.toContain('note');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.waitForFunction(() => 'training' in window);
    await start(other, { device: 'wasm', checkpoints: 'shared' });
    await run(other, 3);
    expect((await run(page, 4)).others).toContain('note');
    await other.reload();
    await other.waitForFunction(() => 'training' in window);
    const info = await other.evaluate(() =>
      window.training.open({ checkpoints: 'shared', device: 'wasm', sampleEvery: null }),
    );
    expect(info.progress.step).toBe(3);
  });

  it('keeps on when another tab forgets what is kept', { tags: 'long' }, async () => {
    const { page } = await open();
    const kept = async () => (await page.evaluate(() => window.training.find('mine')))?.step.file.progress.step;
    await start(page, { device: 'wasm', checkpoints: 'mine' });
    await run(page, 2);
    expect(await kept()).toBe(2);
    await page.evaluate(() => window.training.forget('mine')); // as any page of the origin may
    expect(await kept()).toBeUndefined();
    expect((await run(page, 2)).others).not.toContain('note');
    expect(await kept()).toBe(4);
  });

  it('has the losses of Node on WebGPU, with captured commands', { tags: 'long', timeout: 600_000 }, async () => {
    const { page } = await open();
    const info = await start(page, { device: 'webgpu' });
    expect(info.device).toBe('webgpu');
    expect(info.reason).toMatch(/first step agrees with WebAssembly's\.$/);
    const { losses } = await run(page, 3);
    expectClose(losses, node.losses.slice(0, 3), { absolute: 1e-4, what: 'losses' });
  });
});
