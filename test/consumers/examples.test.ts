/** The examples of docs/in-a-page.md, installed and built as their own package.json says: they draw in Chromium what Node samples. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { toBytes } from '#scheduler/model/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { launchOptions, QUICK_WASM } from '#test/browser/launch.ts';
import { type Host, startHost } from '#test/browser/server.ts';
import { visit } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { useProject } from '#test/consumers/project.ts';
import { ROOT } from '#test/repository.ts';
import { skipBecause } from '#test/skip.ts';

/** What the examples ask for. */
const REQUEST = { labels: [3], seed: 7 };

describe('the example', skipBecause(LACKS_CHROMIUM), () => {
  const project = useProject([]);
  let host: Host;
  let browser: Browser;
  let expected: Uint8ClampedArray;
  beforeAll(async () => {
    host = await startHost({ folders: { '/': project().folder } }); // isolated: WebAssembly has threads
    browser = await chromium.launch(await launchOptions({ webgpu: false, args: [QUICK_WASM] }));
    const model = await loadModel(join(ROOT, 'models', 'digits'), { device: 'cpu' });
    expected = toBytes((await model.sample(REQUEST)).images);
    await model.dispose();
  });
  afterAll(() => browser?.close());
  afterAll(() => host?.stop());

  it.each(['react', 'svelte'])('in %s draws a digit', async (name) => {
    const cwd = name;
    await cp(join(ROOT, 'examples', name), join(project().folder, name), { recursive: true });
    await project().run('npm', ['install'], { cwd });
    await project().run('npm', ['run', 'build', '--', '--base', './'], { cwd });
    const { page } = await visit(browser);
    await page.goto(`${host.origin}/${name}/dist/index.html`);
    await page.waitForFunction(() => document.querySelector('canvas')?.width === 28, undefined, { timeout: 240_000 });
    const drawn = await page.evaluate(() => {
      const { data } = document.querySelector('canvas')!.getContext('2d')!.getImageData(0, 0, 28, 28);
      return Array.from(data.filter((_, i) => i % 4 === 0));
    });
    expectClose(Float32Array.from(drawn), Float32Array.from(expected), { absolute: 1, what: name }); // a rounding may tip
  });
});
