/** Your model: folders and files of the visitor, good and bad, by choice, drop and address. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../../runtime-node/src/index.ts';
import { LACKS_CHROMIUM } from '../support/browser/chromium.ts';
import { openSite, type SiteVisit } from '../support/browser/site.ts';
import { SITE, useBrowser, useHost } from '../support/browser/visit.ts';
import { expectClose } from '../support/compare.ts';
import { skipBecause } from '../support/skip.ts';
import { tinyArtefact, tinyOnnx } from '../support/tiny-onnx.ts';

const FILES = ['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx', 'README.md'] as const;
type File = { name: string; mimeType: string; buffer: Buffer };

describe('your model', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();
  const open = (allow: RegExp[] = []): Promise<SiteVisit> => openSite(browser(), host(), '#/model', { allow });

  it('is opened from its folder, described, and sampled as in Node', async () => {
    const folder = await tinyArtefact({ shape: [3, 8, 8], classes: 2 });
    const { page } = await open();
    await page.waitForLoadState('networkidle');
    const before = host().log.length;
    await page.getByLabel('Choose a folder').setInputFiles(folder);
    await page.getByText('8 × 8, colour').waitFor();
    await page.getByText('T = 100').waitFor();
    await page.getByRole('button', { name: 'Sample it' }).click();
    await expect.poll(() => page.title()).toBe('Sample · Onnoise');
    for (const [label, value] of [
      ['Pictures', '1'],
      ['Steps', '4'],
      ['Seed', '9'],
    ] as const) {
      await page.getByRole('textbox', { name: label, exact: true }).fill(value);
    }
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await page.getByText(/^1 picture in/).waitFor();
    const sent = host()
      .log.slice(before)
      .map(({ path }) => path);
    expect(sent.filter((path) => path.includes('models/'))).toEqual([]);

    const model = await loadModel(folder, { device: 'cpu' });
    const { images } = await model.sample({ seed: 9, steps: 4, sampler: 'ddpm' });
    await model.dispose();
    const shown = await page
      .getByRole('region', { name: 'the noisy picture' })
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => Array.from(canvas.getContext('2d')!.getImageData(0, 0, 8, 8).data));
    const planes = [0, 1, 2].flatMap((c) => shown.filter((_, i) => i % 4 === c));
    expectClose(
      planes,
      images.map((v) => Math.max(0, Math.min(255, (v + 1) * 127.5))),
      { absolute: 1 },
    );
  });

  it('is opened from its files, whatever their folder', async () => {
    const { page } = await open();
    await choose(page, await filesOf(await tinyArtefact({ shape: [1, 8, 8] })));
    await page.getByText('8 × 8, gray').waitFor();
    await page.getByRole('button', { name: 'Open another' }).click();
    await page.getByText('Drop a model folder here').waitFor();
  });

  it('is opened where it is dropped', async () => {
    const { page } = await open();
    const files = await filesOf(await tinyArtefact({ shape: [1, 8, 8] }));
    const data = files.map(({ name, buffer }) => ({ name, bytes: [...buffer] }));
    await page.evaluate((data) => {
      const dataTransfer = new DataTransfer();
      for (const { name, bytes } of data) dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
      document
        .querySelector('main')!
        .dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }, data);
    await page.getByText('8 × 8, gray').waitFor();
  });

  it('is opened from an address of the same host', async () => {
    const { page } = await open();
    await submit(page, 'models/digits');
    await page.getByText('28 × 28, gray').waitFor();
    await page.getByText(/10: 0, 1, 2/).waitFor();
  });

  it.each<[string, Partial<Record<string, Buffer | null>>, RegExp]>([
    ['without a network', { 'model.onnx': null }, /model\.onnx/],
    ['without a schedule', { 'scheduler_config.json': null }, /scheduler_config\.json/],
    ['with a network that is cut off', { 'model.onnx': Buffer.from(tinyOnnx()).subarray(0, 120) }, /model\.onnx/],
    ['with an empty network', { 'model.onnx': Buffer.alloc(0) }, /model\.onnx/],
    ['with a config that is no JSON', { 'config.json': Buffer.from('{') }, /config\.json.*JSON/],
    ['with a network of another shape', { 'model.onnx': Buffer.from(tinyOnnx({ shape: [1, 6, 6] })) }, /model\.onnx/],
  ])('is refused in a sentence %s, and may be tried again', async (_, changes, message) => {
    const good = await filesOf(await tinyArtefact({ shape: [1, 4, 4] }));
    const bad = good.flatMap((file) => {
      const change = changes[file.name];
      return change === null ? [] : [{ ...file, buffer: change ?? file.buffer }];
    });
    const { page } = await open();
    await choose(page, bad);
    const alert = page.getByRole('alert').filter({ hasText: /^Cannot / });
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(message);
    await choose(page, good);
    await page.getByText('4 × 4, gray').waitFor();
  });

  it('at an address is missed in a sentence', async () => {
    const { page } = await open([/404/, /models\/gone/]);
    await submit(page, 'models/gone');
    await page
      .getByRole('alert')
      .filter({ hasText: /models\/gone\/.* must be there, received status 404/ })
      .waitFor();
  });

  it('on another host is not asked for', async () => {
    const { page } = await open();
    await submit(page, 'https://example.com/models/digits');
    await page
      .getByRole('alert')
      .filter({ hasText: /this page talks to no other host/ })
      .waitFor();
  });

  it('at an address may be slow, and given up', async () => {
    const { page } = await open([/net::ERR_ABORTED/]);
    host().fault(new RegExp(`^${SITE}models/digits/unet/model\\.onnx$`), {
      hold: { after: 1_000_000, until: new Promise(() => undefined) },
    });
    await submit(page, 'models/digits');
    await page.getByText('1.0 MB of 4.7 MB').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Drop a model folder here').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });
});

const filesOf = (folder: string): Promise<File[]> =>
  Promise.all(
    FILES.map(async (path) => ({
      name: basename(path),
      mimeType: 'application/octet-stream',
      buffer: await readFile(join(folder, path)),
    })),
  );

const choose = (page: Page, files: File[]) => page.getByLabel('Choose files').setInputFiles(files);

async function submit(page: Page, address: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Or an address on this site' }).fill(address);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
}
