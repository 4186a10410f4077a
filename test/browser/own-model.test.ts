/**
 * "Your model": the visitor's folder or files, by drop, dialog and address, and the messages for broken ones.
 *
 * @module-tag long
 */

import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { noisyPictures, picturesOfNode, ROUNDING, rgb } from '#test/browser/pictures.ts';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM, SITE } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

const DIGITS = join(import.meta.dirname, '..', '..', 'models', 'digits');
const NEEDED = ['scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx'];

/** Draws one picture with these settings of the view. */
async function sampleOne(page: Page, settings: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries({ Pictures: '1', ...settings })) {
    await page.getByRole('textbox', { name: label, exact: true }).fill(value);
  }
  await page.getByRole('button', { name: 'Sample', exact: true }).click();
  await page.getByText(/^1 picture in/).waitFor();
}

describe('your model', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();
  const open = () => openSite('#/model');

  it('opens a chosen folder, tells what it is, and samples it without asking the host for anything of it', async () => {
    const { page } = await open();
    const from = host().log.length;
    await page.getByLabel('Choose a folder').setInputFiles(DIGITS);
    await expect
      .poll(() => facts(page))
      .toMatchObject({
        Pictures: '28 × 28, gray',
        Classes: '10: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9',
        Network: 'UNet2DModel',
        Parameters: '1,102,148, 2.6 MB, float16',
        Predicts: 'the velocity v, v_prediction',
        Timesteps: 'T = 1,000',
      });
    await page.getByRole('img', { name: /Samples that the model folder holds/ }).waitFor();
    await page.getByRole('button', { name: 'Sample it' }).click();
    await page.locator('.model-bar-ready').waitFor();
    expect(await page.getByLabel('Model', { exact: true }).locator('option:checked').textContent()).toMatch(/^digits/);
    expect(
      host()
        .log.slice(from)
        .filter(({ path }) => path.includes('/models/')),
    ).toEqual([]);
    await page.goBack();
    await found(page).waitFor(); // still open
  });

  it('samples it as Node does', async () => {
    const folder = await tinyArtefact({ shape: [3, 8, 8], classes: 2 });
    const { page } = await open();
    await page.waitForLoadState('networkidle');
    const before = host().log.length;
    await page.getByLabel('Choose a folder').setInputFiles(folder);
    await page.getByText('8 × 8, colour').waitFor();
    await page.getByText('T = 100').waitFor();
    await page.getByRole('button', { name: 'Sample it' }).click();
    await expect.poll(() => page.title()).toBe('Sample · Onnoise');
    await sampleOne(page, { Steps: '4', Seed: '9' });
    const sent = host()
      .log.slice(before)
      .map(({ path }) => path);
    expect(sent.filter((path) => path.includes('models/'))).toEqual([]);

    const shown = await rgb(noisyPictures(page));
    expectClose(shown.flat(), await picturesOfNode(folder, { seed: 9, steps: 4 }), { absolute: ROUNDING });

    // A sampling that fails says why, and the pictures from before stay.
    await page.goBack();
    await page.getByRole('button', { name: 'Open another' }).click();
    await page.getByLabel('Choose a folder').setInputFiles(await tinyArtefact({ shape: [3, 8, 8], gain: Infinity }));
    await page.getByRole('button', { name: 'Sample it' }).click();
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await page
      .getByText(
        /^Cannot sample images: the network's output must be finite numbers, received -?Infinity at step 1 of 4/,
      )
      .first()
      .waitFor();
    expect(await rgb(noisyPictures(page))).toEqual(shown);
  });

  it('opens a dropped folder, below another, shows where to let go, and says when it is empty', async () => {
    const { page } = await open();
    const devtools = await page.context().newCDPSession(page);
    const drag = (type: 'dragEnter' | 'dragOver' | 'dragCancel' | 'drop', ...files: string[]) =>
      devtools.send('Input.dispatchDragEvent', {
        type,
        x: 300,
        y: 300,
        data: { items: [], files, dragOperationsMask: 1 },
      });
    for (const type of ['dragEnter', 'dragOver'] as const) await drag(type, DIGITS);
    await page.getByText('Let go to open it').waitFor();
    await drag('dragCancel', DIGITS);
    await page.getByText('Drop a model folder here').waitFor();
    const dropOne = async (path: string) => {
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await drag(type, path);
    };
    await dropOne(await temporaryFolder());
    await expect.poll(() => alert(page)).toMatch(/received none that can be read\.$/);
    const above = await temporaryFolder();
    await cp(DIGITS, join(above, 'digits'), { recursive: true });
    await dropOne(above);
    await expect.poll(() => page.locator('.model-found-title').textContent()).toBe('digits');
  });

  it('opens single files, as dialogs of phones give them', async () => {
    const { page } = await open();
    const folder = await tinyArtefact({ shape: [3, 8, 8], classes: 2 });
    await page.getByLabel('Choose files').setInputFiles(NEEDED.map((path) => join(folder, path)));
    await expect.poll(() => facts(page)).toMatchObject({ Pictures: '8 × 8, colour', Classes: '2, without names' });
    expect(await page.locator('.model-warning').allTextContents()).toEqual([
      'model_index.json does not name the 2 classes: they are numbered from 0.',
    ]);
  });

  it('opens a folder of this site by its address, and samples it', async () => {
    const { page } = await open();
    await address(page, 'models/digits/unet/model.onnx');
    await expect.poll(() => facts(page)).toMatchObject({ Network: 'UNet2DModel' });
    await page.getByRole('button', { name: 'Sample it' }).click();
    await page.locator('.model-bar-ready').waitFor();
  });

  it.each([
    [
      'https://example.com/model',
      /received one on example.com, and this page talks to no other host\. Download the folder/,
    ],
    ['file:///models/digits', /received one of a file on this device/],
    ['', /received none/],
  ])('says what is wrong with the address %j', async (text, message) => {
    const { page } = await open();
    await address(page, text);
    await expect.poll(() => alert(page)).toMatch(message);
  });

  it('says that an address has no model', async () => {
    const { page, allow } = await open();
    allow(/404/, /models\/nothing\/.* net::ERR_ABORTED/); // the page drops the body of a 404
    await address(page, 'models/nothing');
    await expect.poll(() => alert(page)).toMatch(/models\/nothing\/\S+ must be there, received status 404\.$/);
  });

  it('gives up a slow address when asked', async () => {
    const { page, allow } = await open();
    allow(/net::ERR_ABORTED/);
    host().fault(new RegExp(`^${SITE}models/digits/unet/model\\.onnx$`), {
      hold: { after: 1_000_000, until: new Promise(() => undefined) },
    });
    await address(page, 'models/digits');
    await page.getByText('1.0 MB of 2.6 MB').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Drop a model folder here').waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(0);
  });

  it('says which file is broken, and takes the mended one after it', async () => {
    const { page } = await open();
    const [scheduler, unet, onnx] = await Promise.all(NEEDED.map((path) => readFile(join(DIGITS, path))));
    const dropAll = (files: Partial<Record<'scheduler_config.json' | 'config.json' | 'model.onnx', string | Buffer>>) =>
      drop(
        page,
        Object.entries({ 'scheduler_config.json': scheduler!, 'config.json': unet!, 'model.onnx': onnx!, ...files }),
      );
    await dropAll({ 'model.onnx': onnx!.subarray(0, 100_000) });
    await expect
      .poll(() => alert(page))
      .toMatch(/unet\/model\.onnx .* received the first 100000 bytes of \d+: it was cut short/);
    await dropAll({ 'config.json': '{"sample_size": 28,' });
    await expect.poll(() => alert(page)).toMatch(/unet\/config\.json must be JSON, received a file that was cut short/);
    await dropAll({ 'scheduler_config.json': '{"beta_schedule": "square"}' });
    await expect.poll(() => alert(page)).toMatch(/beta_schedule must be one of/);
    await dropAll({});
    await found(page).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('copies the commands that make one', async () => {
    const { page } = await openSite('#/model', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('button', { name: /^Copy: npx pipeline export/ }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe('npx pipeline export --run runs/photos --out models/photos');
    expect(host().origin + SITE).toBe(page.url().split('#')[0]);
  });
});

const found = (page: Page) => page.locator('.model-found');
const alert = (page: Page) => page.getByRole('alert').textContent();

const facts = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(() => {
    const rows = [...document.querySelectorAll('.model-facts > div')];
    return Object.fromEntries(
      rows.map((row) => [row.querySelector('dt')?.textContent, row.querySelector('dd')?.textContent]),
    );
  });

async function address(page: Page, text: string): Promise<void> {
  await page.getByLabel('Or an address on this site').fill(text);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
}

/** Drops files onto the page's title, outside the drop zone. */
async function drop(page: Page, files: readonly [name: string, content: string | Buffer][]): Promise<void> {
  const sent = files.map(([name, content]) => [name, Buffer.from(content as string).toString('base64')] as const);
  await page.evaluate((parts) => {
    const data = new DataTransfer();
    for (const [name, content] of parts) {
      data.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], name));
    }
    const target = document.querySelector('h1')!;
    for (const type of ['dragover', 'drop']) {
      target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  }, sent);
}
