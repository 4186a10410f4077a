/** Training in the tab: the losses of Node, on both devices; going on from Node's run; what comes out of it. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readStart } from '../../pipeline/src/init/read-start.ts';
import { loadModel } from '../../runtime-node/src/index.ts';
import { readStepFile, STEP_FILES } from '../../scheduler/src/index.ts';
import { LACKS_CHROMIUM } from '../support/browser/chromium.ts';
import {
  blobs,
  freshStepFolder,
  openTrainerPage,
  pixelsOf,
  planOfNetwork,
  stepFolderOfRun,
  trainInNode,
} from '../support/browser/trainer.ts';
import { useBrowser, useHost } from '../support/browser/visit.ts';
import { expectClose } from '../support/compare.ts';
import { skipBecause } from '../support/skip.ts';

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

  it.each([1, 2])('has the losses of Node over 50 steps on WebAssembly, with %i threads', async (threads) => {
    const { page } = await open();
    const info = await start(page, { device: 'wasm', threads });
    expect(info).toMatchObject({ device: 'wasm', threads, shape: [1, 8, 8], batch: 4 });
    const { losses, steps } = await run(page, STEPS);
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
    expectClose(losses, node.losses, { absolute: 1e-4, what: 'losses' });
  });

  it('goes on from the run of Node, and has its losses', async () => {
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
    const folder = await writeFolder(files);
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

  it('has the losses of Node on WebGPU, with captured commands', async () => {
    const { page } = await open();
    const info = await start(page, { device: 'webgpu' });
    expect(info.device).toBe('webgpu');
    expect(info.reason).toMatch(/first step agrees with WebAssembly's\.$/);
    const { losses } = await run(page, 3);
    expectClose(losses, node.losses.slice(0, 3), { absolute: 1e-4, what: 'losses' });
  });
});

async function writeFolder(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trained-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), Buffer.from(content, 'base64'));
  }
  return folder;
}
