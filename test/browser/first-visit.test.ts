import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM, SITE } from '#test/browser/visit.ts';

const BUDGET = 8e6;
/** Files that the page needs to open: its frame, and the code of all views. */
const FRAME_BUDGET = 300e3;

describe('a first visit', IN_CHROMIUM, () => {
  const { host, openSite } = useSite({ isolated: false, compress: true });

  it('needs less than 8 MB without the model, with pictures made and all stored for the next', async () => {
    const { page } = await openSite('#/sample?count=1&steps=1&seed=1', {
      serviceWorkers: 'allow',
      allow: [/net::ERR_ABORTED/], // the page reloads under the service worker, which may answer before the old page is gone
    });
    await page.getByText(/^1 picture in/).waitFor();
    await page.waitForFunction(() => document.documentElement.dataset.offline === 'ready');
    const files = host().log.filter(({ path, bytes }) => bytes > 0 && !path.startsWith(`${SITE}models/`));
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const told = files.map(({ path, bytes }) => `${bytes} ${path}`).join('\n');
    expect(total, told).toBeLessThan(BUDGET);
    expect(total, told).toBeGreaterThan(1e6); // includes the runtime

    const frame = files.filter(({ path }) => /\.(html|js|css|svg)$/.test(path) && !/ort\./.test(path));
    expect(
      frame.reduce((sum, { bytes }) => sum + bytes, 0),
      told,
    ).toBeLessThan(FRAME_BUDGET);
    expect(host().log.filter(({ path }) => !path.startsWith(SITE))).toEqual([]);
  });

  it.each([
    ['', /^sample-[\w-]+\.js$/],
    ['#/forward?t=9', /^forward-[\w-]+\.(js|css)$/],
    ['#/game', /^game-[\w-]+\.(js|css)$/],
    ['#/learn/guess', /^(learn|guess)-[\w-]+\.(js|css)$/],
  ])('asks for what the view %j needs beside the page’s own script, not after it', async (hash, own) => {
    const { page } = await openSite(hash, { allow: [/net::ERR_ABORTED/] });
    const times = await page.evaluate(() => {
      const all = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      return all.map(({ name, startTime, responseEnd }) => ({ file: name.split('/').at(-1)!, startTime, responseEnd }));
    });
    const { responseEnd } = times.find(({ file }) => /^index-[\w-]+\.js$/.test(file))!;
    const needed = times.filter(({ file }) => own.test(file) || /^shared-[\w-]+\.js$/.test(file));
    expect(needed.length).toBeGreaterThan(1);
    for (const { file, startTime } of needed) expect(startTime, file).toBeLessThan(responseEnd);
    const noise = times.filter(({ file }) => /^first-[\w-]+\.png$/.test(file));
    expect(noise).toHaveLength(hash === '' ? 1 : 0); // of the first view alone
  });

  it('asks for the runtime beside the network, and for other views after both', async () => {
    const before = host().log.length;
    const arrive = host().hold(/\/model\.onnx$/, 1000);
    const { page } = await openSite('#/sample?count=1&steps=1&seed=1');
    await page.mouse.move(10, 10);
    await page.mouse.move(20, 20); // the visitor's first sign, from which on other views may come
    const came = (file: RegExp) =>
      host()
        .log.slice(before)
        .some(({ path, bytes }) => bytes > 0 && file.test(path));
    await expect.poll(() => came(/\.wasm$/), { timeout: 30_000 }).toBe(true);
    // The page fetches other views while it is idle, which a busy machine may not let it be.
    for (let i = 0; i < 3; i++)
      await page.evaluate(() => new Promise((idle) => requestIdleCallback(idle, { timeout: 500 })));
    expect(came(/\/train-[\w-]+\.js$/)).toBe(false);
    arrive();
    await page.getByText(/^1 picture in/).waitFor();
    await expect.poll(() => came(/\/train-[\w-]+\.js$/), { timeout: 30_000 }).toBe(true);
  });

  it('is painted without a file of styles, which stand in the page and are those of the view', async () => {
    const { page } = await openSite('', { allow: [/net::ERR_ABORTED/] });
    await page.waitForFunction(() => document.documentElement.dataset.first === undefined);
    const files = host().log.map(({ path }) => path);
    expect(files.filter((path) => /\/(index|sample)-[\w-]+\.css$/.test(path))).toEqual([]);
    expect(await page.locator('link[rel=stylesheet][href*="sample-"]').count()).toBe(0);
    expect(await page.locator('.sample-panels').evaluate((view) => getComputedStyle(view).display)).toBe('grid');
  });
});
