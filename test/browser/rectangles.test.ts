/** Models whose pictures are no squares: the grid, a picture to start from, downloads and the game, on phones and wide screens. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { grays, noisyPictures } from '#test/browser/pictures.ts';
import { DESKTOP, overflow, PHONE, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { eachLong } from '#test/each-long.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

/** Pixels by which a layout may round. */
const SLACK = 1.5;

describe('models of rectangles', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  eachLong(
    [
      { width: 40, height: 64, screen: PHONE },
      { width: 96, height: 32, screen: PHONE },
      { width: 56, height: 72, screen: DESKTOP },
      { width: 40, height: 64, screen: DESKTOP },
    ],
    'are shown, filled, downloaded and played in their proportions: $width x $height, $screen.viewport.width wide',
    async ({ width, height, screen }) => {
      const size = { width, height };
      const files = await temporaryFolder();
      const { page } = await openSite('#/model', screen);
      const model = await tinyArtefact({ shape: [1, height, width] });
      await page.getByLabel('Choose a folder').setInputFiles(model);
      await page.getByText(`${width} × ${height}, gray`).waitFor();
      await page.getByRole('button', { name: 'Sample it' }).click();
      const panel = noisyPictures(page);
      await expectProportions(panel.locator('canvas'), 10, size); // before it is loaded, and after
      await page.locator('.model-bar-ready').waitFor();
      await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('2');
      await go(page, 'Sample');
      await expectProportions(panel.locator('canvas'), 10, size);
      expect(await boxes(panel.locator('button.sample-cell'))).toEqual(await boxes(panel.locator('canvas')));
      expect(await overflow(page)).toEqual([]);

      await panel.locator('button.sample-cell').nth(3).click();
      await expectProportions(panel.locator('canvas'), 1, size);
      await page.getByRole('button', { name: 'Show all pictures' }).click();
      const sheet = await sharp(await download(page, 'PNG', join(files, 'sheet.png'))).metadata();
      const [columns, rows] = await grid(sheet, size);
      expect(columns * rows).toBeGreaterThanOrEqual(10);

      // A file of another size: its middle, so that a disc stays one.
      const folder = join(files, 'discs');
      await mkdir(folder);
      for (let i = 0; i < 12; i++) await writeFile(join(folder, `${i}.png`), await disc(size, i));
      await page.getByRole('radio', { name: 'Fill' }).check();
      await page.getByLabel('Your file').setInputFiles(join(folder, '0.png'));
      const pad = page.getByRole('application', { name: 'What to make anew of your picture' });
      await expectProportions(pad.locator('canvas'), 2, size);
      await page.getByRole('button', { name: 'left', exact: true }).click();
      await page.getByText(`${(width / 2) * height} of ${width * height} pixels are painted.`).waitFor();
      const given = await grays(pad.locator('canvas').first());
      expectDisc(given, width);
      await go(page, 'Fill');
      const filled = await grays(panel.locator('canvas').first());
      const kept = (pixels: number[]) => pixels.filter((_, i) => i % width >= width / 2);
      expect(kept(filled)).toEqual(kept(given));
      expect(filled).not.toEqual(given);
      await page.getByRole('radio', { name: 'Redraw' }).check();
      await expectProportions(page.locator('canvas.start-picture'), 1, size);
      expect(await overflow(page)).toEqual([]);

      await page.evaluate(() => {
        location.hash = '#/game?seed=3&steps=1&pictures=6';
      });
      const bring = page.getByRole('region', { name: 'Bring real pictures' });
      await bring.getByText(`averaged down to ${width} × ${height} pixels`).waitFor();
      await bring.getByLabel(/^Choose a folder/).setInputFiles(folder);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      for (let i = 0; i < 6; i++) {
        // Not the one on the deck, which shows until the round is there.
        await page.locator('.game-round[data-open=false] .game-face canvas').first().waitFor();
        await page.keyboard.press('ArrowLeft');
        const onward = page.getByRole('button', { name: /^(Next picture|See how you did)$/ });
        await onward.waitFor();
        const real = (await page.locator('.game-stamp-real').count()) === 1;
        const shown = await grays(page.locator('.game-card canvas').first());
        expect(shown).toHaveLength(width * height);
        if (real) expectDisc(shown, width);
        await onward.click();
      }
    },
  );
});

/** A white disc in the middle of a square, larger than the model's pictures. */
function disc({ width, height }: Size, number: number): Promise<Buffer> {
  const side = 2 * Math.max(width, height) + 7;
  const radius = side * 0.4 * (Math.min(width, height) / Math.max(width, height));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><rect width="100%" height="100%" fill="rgb(${number},0,0)"/><circle cx="50%" cy="50%" r="${radius}" fill="#fff"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** It is as wide as high. */
function expectDisc(pixels: readonly number[], width: number): void {
  const bright = [...pixels.keys()].filter((i) => pixels[i]! > 127);
  const extent = (along: (i: number) => number) => new Set(bright.map(along)).size;
  const [across, down] = [extent((i) => i % width), extent((i) => Math.floor(i / width))];
  expect(across).toBeGreaterThan(10);
  expect(Math.abs(across - down)).toBeLessThanOrEqual(2);
}

async function go(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.locator('.sample[data-phase=done]').waitFor();
}

async function download(page: Page, button: string, to: string): Promise<Buffer> {
  const pressed = page.getByRole('button', { name: button, exact: true });
  await expect.poll(() => pressed.isEnabled()).toBe(true);
  const [file] = await Promise.all([page.waitForEvent('download'), pressed.click()]);
  await file.saveAs(to);
  return readFile(to);
}

const boxes = (all: Locator) =>
  all.evaluateAll((elements) =>
    elements.map((element) => {
      const { width, height } = element.getBoundingClientRect();
      return [Math.round(width), Math.round(height)];
    }),
  );

interface Size {
  width: number;
  height: number;
}

async function expectProportions(all: Locator, count: number, { width, height }: Size): Promise<void> {
  await expect.poll(() => all.count()).toBe(count);
  for (const [across, down] of await boxes(all)) {
    expect(across).toBeGreaterThan(20);
    expect(Math.abs(across! - (down! * width) / height), `${across} x ${down}`).toBeLessThan(SLACK * (width / height));
  }
}

/** How many pictures fit into a sheet, whole. */
async function grid(sheet: { width: number; height: number }, { width, height }: Size): Promise<[number, number]> {
  for (let scale = 1; scale < 9; scale++) {
    const gap = 2 * Math.max(1, scale >> 1);
    const [columns, rows] = [
      (sheet.width - gap) / (width * scale + gap),
      (sheet.height - gap) / (height * scale + gap),
    ];
    if (Number.isInteger(columns) && Number.isInteger(rows)) return [columns, rows];
  }
  throw new Error(`no whole pictures in ${sheet.width} x ${sheet.height}`);
}
