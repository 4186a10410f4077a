/** The sampling view, with the shipped model on WebAssembly. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { grays, noisyPictures, picturesOfNode, ROUNDING } from '#test/browser/pictures.ts';
import type { Fault } from '#test/browser/server.ts';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { temporaryFolder } from '#test/models/tiny-onnx.ts';
import { spawnCli } from '#test/run-cli.ts';

const DIGITS = join(import.meta.dirname, '..', '..', 'models', 'digits');
const SIDE = 28;
const NETWORK = /models\/digits\/unet\/model\.onnx$/;

describe('the sampling view', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();

  const LINKS: Record<string, string>[] = [
    { seed: '7', steps: '5', sampler: 'ddim', eta: '0', labels: '3' },
    { seed: '123456789', steps: '4', sampler: 'ddpm', labels: '8' },
  ];

  it.each(LINKS)(
    'draws the picture of a link, which is that of pipeline sample: $sampler',
    { tags: 'long' },
    async (options) => {
      const query = new URLSearchParams({ count: '1', ...options });
      const { page } = await openSite(`#/sample?${query}`, { acceptDownloads: true });
      await done(page, 1);
      const { seed } = options;
      const picture = await pictureOfPipeline({ count: '1', ...options });
      expectClose(await downloadPicture(page), picture, { absolute: ROUNDING, what: `seed ${seed}` });
      expectClose(await shownPicture(page), picture, { absolute: ROUNDING, what: `seed ${seed} on the canvas` });
    },
  );

  it('samples on request, tells how, and gives a link that brings the picture back', async () => {
    const { page, url } = await openSite('', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByText(/WASM, (one|\d+) threads?/).waitFor();
    await fill(page, { Pictures: '1', Steps: '3', Seed: '42' });
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await done(page, 1);
    const first = await shownPicture(page);
    expectClose(first, await picturesOfNode(DIGITS, { seed: 42, steps: 3 }), { absolute: ROUNDING });

    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByText(/The link is in the clipboard/).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(new RegExp(`^${url}#/sample\\?.*seed=42`));

    await fill(page, { Seed: '43' });
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await page
      .getByRole('button', { name: /seed 43/ })
      .first()
      .waitFor();
    await done(page, 1);
    expect(await shownPicture(page)).not.toEqual(first);
    await page.goto(link);
    await expect.poll(() => shownPicture(page)).toEqual(first);
  });

  it('goes back and forth in the steps once it has ended', { tags: 'long' }, async () => {
    const { page } = await openSite('#/sample?count=2&steps=4&seed=1', { acceptDownloads: true });
    await done(page, 2);
    const last = await shownPicture(page);
    const scrubber = page.getByRole('slider', { name: 'Step', exact: true });
    expect(await scrubber.getAttribute('aria-valuetext')).toBe('step 4 of 4, t = 0');
    await scrubber.focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => scrubber.getAttribute('aria-valuetext')).toMatch(/^step 3 of 4, t = [1-9]/);
    expect(await shownPicture(page)).not.toEqual(last);
    await page.keyboard.press('End');
    await expect.poll(() => shownPicture(page)).toEqual(last);
    const animation = await download(page, 'Animation');
    expect(animation.name).toMatch(/animation\.png$/);
    expect(animation.bytes.includes('acTL')).toBe(true);
  });

  it('stops in the middle when cancelled, keeps what there is, and starts again', { tags: 'long' }, async () => {
    const { page } = await openSite('#/sample?count=4&steps=1000&seed=1');
    const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
    await page.getByText(/step [1-9]\d* of 1000/).waitFor();
    await cancel.click();
    await page.getByText(/Cancelled after step [1-9]/).waitFor();
    expect(await page.getByRole('slider', { name: 'Step', exact: true }).isEnabled()).toBe(true);
    await fill(page, { Pictures: '1', Steps: '2' });
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await done(page, 1);
    expectClose(await shownPicture(page), await picturesOfNode(DIGITS, { seed: 1, steps: 2 }), {
      absolute: ROUNDING,
    });
  });

  it('begins where its button is clicked twice, as if it were an icon', { tags: 'long' }, async () => {
    const { page } = await openSite('#/sample?count=1&steps=2&seed=1');
    await done(page, 1);
    await fill(page, { Steps: '3' });
    await page.getByRole('button', { name: 'Sample', exact: true }).dblclick();
    await page.getByText('step 3 of 3').waitFor();
    await done(page, 1);
  });

  it('counts network calls where the sampler makes two a step, and greys what a sampler does not take', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite('#/sample?count=1&steps=3&seed=1&sampler=heun');
    await page.getByText(/^1 picture in .* network calls\/s$/).waitFor();
    await page.getByText('network call 5 of 5', { exact: true }).waitFor();
    const karras = page.getByRole('combobox', { name: 'Spacing' }).getByRole('option', { name: /^karras/ });
    expect(await karras.isDisabled()).toBe(false);
    await page.getByRole('combobox', { name: 'Sampler' }).selectOption('ddpm');
    await expect.poll(() => karras.isDisabled()).toBe(true);
    expect(await karras.textContent()).toBe('karras (not with DDPM)');
  });

  const FAULTS: { what: string; fault: Fault; message: RegExp }[] = [
    { what: 'is not there', fault: { status: 404 }, message: /model\.onnx must be there, received status 404/ },
    {
      what: 'is half there',
      fault: { length: 2_000_000 },
      message: /model\.onnx must be an ONNX network, received the first 2000000 bytes/,
    },
    { what: 'breaks off', fault: { cut: 2_000_000 }, message: /model\.onnx must arrive whole/ },
  ];

  it.each(FAULTS)(
    'says what is wrong where the network $what, and tries again',
    { tags: 'long' },
    async ({ fault, message }) => {
      host().fault(NETWORK, fault);
      const { page } = await openSite('', { allow: [/model\.onnx/, /ERR_CONTENT_LENGTH_MISMATCH/] });
      const alert = page.getByRole('alert').filter({ hasText: message });
      await alert.waitFor();
      host().mend();
      await alert.getByRole('button', { name: 'Try again' }).click();
      await page.getByText(/WASM, (one|\d+) threads?/).waitFor();
      expect(await alert.count()).toBe(0);
    },
  );

  it('says what is wrong where WebAssembly is blocked', { tags: 'long' }, async () => {
    host().fault(/\.wasm$/, { status: 403 });
    const { page } = await openSite('#/sample?count=1&steps=1&seed=1', { allow: [/\.wasm|403/] });
    await page
      .getByRole('alert')
      .filter({ hasText: /Cannot load the runtime: .*\.wasm must be there/ })
      .first()
      .waitFor();
  });

  it('shows how far a slow download is, and gives it up when cancelled', { tags: 'long' }, async () => {
    const arrive = host().hold(NETWORK, 2_000_000);
    const { page } = await openSite('#/sample?count=1&steps=2&seed=1');
    const progress = page.getByRole('progressbar', { name: 'Fetching the network' });
    await progress.waitFor();
    await page.getByText('2.0 MB of 2.6 MB').first().waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    arrive();
    await done(page, 1);
  });
});

/** The field of a number, not its slider. */
const field = (page: Page, label: string) => page.getByRole('textbox', { name: label, exact: true });

async function fill(page: Page, values: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(values)) await field(page, label).fill(value);
}

/** Waits until there are so many pictures. */
const done = (page: Page, count: number) => page.getByText(new RegExp(`^${count} pictures? in .* steps/s$`)).waitFor();

/** The only picture as the command line writes it, in bytes. */
async function pictureOfPipeline(options: Record<string, string>): Promise<Buffer> {
  const folder = await temporaryFolder();
  const args = Object.entries({
    ...options,
    model: DIGITS,
    device: 'cpu',
    singles: folder,
    out: join(folder, 'sheet.png'),
  });
  const { code, stderr } = await spawnCli(['sample', ...args.flatMap(([name, value]) => [`--${name}`, value])]);
  expect(code, stderr).toBe(0);
  return sharp(join(folder, `${options.seed}.png`))
    .greyscale()
    .raw()
    .toBuffer();
}

async function download(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const path = join(await temporaryFolder(), 'file');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  await file.saveAs(path);
  return { name: file.suggestedFilename(), bytes: await readFile(path) };
}

/** The downloaded sheet of one picture: each pixel is a square, and a border of that width surrounds them. */
async function downloadPicture(page: Page): Promise<number[]> {
  const { name, bytes } = await download(page, 'PNG');
  expect(name).toMatch(/^digits-seed\d+-dd[pi]m\d+\.png$/);
  const { data, info } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
  const square = info.width / (SIDE + 2);
  const middle = (i: number) => Math.floor((i + 1.5) * square);
  return Array.from(
    { length: SIDE * SIDE },
    (_, i) => data[middle(Math.floor(i / SIDE)) * info.width + middle(i % SIDE)]!,
  );
}

/** The first picture of x_t as drawn. */
const shownPicture = (page: Page) => grays(noisyPictures(page).getByRole('button', { name: /^Picture 1\b/ }));
