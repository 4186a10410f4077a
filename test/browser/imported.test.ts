/** A model folder that was imported from diffusers, in the page's worker: its pictures are Node's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { loadModel } from '#runtime-node/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { useBrowser, useHost, visit } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';

/** Made by scripts/golden/checkpoints.py. */
const PLAIN = join(import.meta.dirname, '..', 'golden', 'data', 'checkpoints', 'folders', 'plain');

describe('an imported model in a tab', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'onnoise-imported-'));
    await importCheckpoint({ from: PLAIN, out: join(root, 'plain'), weights: false });
    host().mount('/imported/', root);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('makes the pictures of Node', async () => {
    const { page } = await visit(browser());
    await page.goto(`${host().origin}/pages/sampler.html`);
    await page.waitForFunction(() => 'sampler' in window);
    const request = { seed: 41, count: 2, steps: 6, sampler: 'ddim' as const };
    const model = await loadModel(join(root, 'plain'), { device: 'cpu' });
    const { images } = await model.sample(request);
    await model.dispose();
    const info = await page.evaluate(() =>
      window.sampler.load({ kind: 'url', url: '/imported/plain' }, { device: 'wasm' }),
    );
    expect(info).toMatchObject({ device: 'wasm', shape: [3, 8, 8], classes: 0 });
    const made = await page.evaluate(
      async (request) => Array.from((await window.sampler.sample(request)).images),
      request,
    );
    expectClose(made, images, { absolute: 1e-3, what: 'pictures' });
  });
});
