/** Models that are told a drawing or a picture, and models that draw a mask with each picture. */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openLabelFile } from '#base/labels/index.ts';
import { labelPng, loadModel } from '#runtime-node/index.ts';
import { readZip } from '#runtime-web/index.ts';
import { classColours, type PictureOptions } from '#scheduler/model/index.ts';
import { seriousFaults } from '#test/browser/axe.ts';
import { bytesOf, grays, noisyPictures, picturesOfNode, ROUNDING, rgb } from '#test/browser/pictures.ts';
import { settle, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM, type VisitOptions } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { type TinyOptions, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

const SIDE = 8;
const LABELS = { classes: ['background', 'bone', 'flesh'], values: [0, 3, 9] };
const EXAMPLE = Uint8Array.from({ length: 64 }, (_, i) => Number(i % 8 > 5) * 2);

describe('drawings and masks', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  /** The sampling view with a tiny model, and settings for a quick sampling of one picture. */
  async function open(options: TinyOptions, visit: VisitOptions = {}, files: Record<string, Uint8Array> = {}) {
    const folder = await tinyArtefact(options, { files });
    const { page } = await openSite('#/model', { hasTouch: true, ...visit });
    await page.getByLabel('Choose a folder').setInputFiles(folder);
    await page.getByRole('button', { name: 'Sample it' }).waitFor();
    const facts = await page.locator('.model-facts').textContent();
    await page.getByRole('button', { name: 'Sample it' }).click();
    await page.locator('.model-bar-ready').waitFor();
    for (const [name, value] of Object.entries({ Pictures: '1', Steps: '3', Seed: '9' })) {
      await page.getByRole('textbox', { name, exact: true }).fill(value);
    }
    return { page, folder, facts };
  }

  it('draws with a mouse, a finger and keys, and makes the picture that Node makes of the drawing', async () => {
    const sheet = await labelPng(EXAMPLE, { width: SIDE, height: SIDE }, LABELS);
    const options = { shape: [1, SIDE, SIDE] as const, conditionImage: LABELS, nullCondition: true };
    const { page, folder, facts } = await open(options, {}, { 'masks.png': sheet });
    expect(facts).toMatch(/It is told\s*a mask of 3 classes: background, bone, flesh/);
    await page.getByText('Put bone and flesh where you like. Every picture follows the drawing.').waitFor();
    const pad = page.getByRole('application', { name: 'Your drawing, 8 by 8 pixels' });
    await expect.poll(() => classesOf(pad)).toEqual([...EXAMPLE]);
    const expected = EXAMPLE.slice();

    await page.getByRole('slider', { name: 'Brush size' }).fill('1');
    await drag(page, pad, [0, 0], [3, 0]);
    expected.fill(1, 0, 4);
    expect(await classesOf(pad)).toEqual([...expected]);
    await page.getByRole('radio', { name: 'flesh' }).check();
    const box = (await pad.boundingBox())!;
    await page.touchscreen.tap(box.x + (1.5 / SIDE) * box.width, box.y + (7.5 / SIDE) * box.height);
    expected[57] = 2;
    await page.getByText('flesh: 17 of 64 pixels.').waitFor();
    await page.getByRole('radio', { name: 'background (eraser)' }).check();
    await pad.focus();
    for (const key of ['ArrowRight', 'ArrowRight', ' ']) await page.keyboard.press(key);
    expected[38] = 0;
    await page.getByText('Painted background at column 7, row 5.').waitFor({ state: 'attached' });
    expect(await classesOf(pad)).toEqual([...expected]);
    await page.getByRole('radio', { name: 'Bucket' }).check();
    await page.getByRole('radio', { name: 'bone' }).check();
    await tap(page, pad, [0, 3]);
    expect((await classesOf(pad)).filter((k) => k === 0)).toEqual([]);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await classesOf(pad)).toEqual([...expected]);

    await sample(page);
    const guidance = { guidance: 1.1, conditionImages: expected };
    expectClose(await shown(page), await pictureOfNode(folder, guidance), { absolute: ROUNDING });
    await page.getByRole('radio', { name: 'Nothing' }).check();
    expect(await pad.count()).toBe(0);
    await sample(page);
    expectClose(await shown(page), await pictureOfNode(folder, {}), { absolute: ROUNDING });
    await page.getByRole('radio', { name: 'Your drawing' }).check();
    expect(await classesOf(pad)).toEqual([...expected]);
    await settle(page);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('saves the drawing for others, and opens that of others', { tags: 'long' }, async () => {
    const { page } = await open({ shape: [1, SIDE, SIDE], conditionImage: LABELS });
    const pad = page.getByRole('application', { name: 'Your drawing, 8 by 8 pixels' });
    await page.getByRole('button', { name: 'Clear' }).click();
    await drag(page, pad, [2, 2], [5, 5]);
    const drawn = await classesOf(pad);
    const path = join(await temporaryFolder(), 'drawing.png');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ]);
    await file.saveAs(path);
    expect([...(await (await openLabelFile(path)).read(0)).labels]).toEqual(drawn.map((k) => LABELS.values[k]));
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(new Set(await classesOf(pad))).toEqual(new Set([0]));
    await page.getByLabel('Open a mask').setInputFiles(path);
    await expect.poll(() => classesOf(pad)).toEqual(drawn);
    await writeFile(
      path,
      await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    );
    await page.getByLabel('Open a mask').setInputFiles(path);
    await page.getByText(/^Cannot use drawing\.png: it is in colour/).waitFor();
    expect(await classesOf(pad)).toEqual(drawn);
  });

  it('shows the picture that the network is told, fitted to it', { tags: 'long' }, async () => {
    const { page, folder, facts } = await open({ shape: [1, SIDE, SIDE], conditionImage: { channels: 3 } });
    expect(facts).toMatch(/It is told\s*a picture, in colour/);
    await page.getByText('Choose the picture that the network is to be told.').waitFor();
    expect(await page.getByRole('button', { name: 'Sample', exact: true }).isDisabled()).toBe(true);
    const path = join(await temporaryFolder(), 'sky.png');
    const pixels = Uint8Array.from({ length: 3 * 16 * 24 }, (_, i) => (i * 5) % 256);
    await sharp(pixels, { raw: { width: 24, height: 16, channels: 3 } })
      .png()
      .toFile(path);
    await page.getByLabel('Your file').setInputFiles(path);
    const told = page.getByRole('img', { name: 'What the network is told: sky.png' });
    const bytes = await rgb(told);
    await sample(page);
    const conditionImages = Float32Array.from(bytes.flat(), (byte) => byte / 127.5 - 1);
    expectClose(await shown(page), await pictureOfNode(folder, { conditionImages }), { absolute: ROUNDING });
    await page.evaluate(() => {
      location.hash = '#/game';
    });
    await page.getByText(/makes no picture without a picture that it is told, and a round has none to give/).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('shows the channels that a model of several names, as Node does', { tags: 'long' }, async () => {
    const index = Buffer.from(JSON.stringify({ show: '4,2,1' }));
    const { page, folder } = await open({ shape: [4, SIDE, SIDE] }, {}, { 'model_index.json': index });
    await sample(page);
    const made = await pictureOfNode(folder, {});
    const wanted = [3, 1, 0].flatMap((channel) => [...made.subarray(64 * channel, 64 * channel + 64)]);
    const drawn = await rgb(noisyPictures(page));
    expectClose(drawn.flat(), wanted, { absolute: ROUNDING });
  });

  it('shows pictures without the planes of their masks, and these in colours, and saves both', {
    tags: 'long',
  }, async () => {
    const { page, folder, facts } = await open({ shape: [4, SIDE, SIDE], maskOutput: LABELS });
    expect(facts).toMatch(/8 × 8, gray/);
    expect(facts).toMatch(/It also draws\s*a mask of 3 classes/);
    await sample(page);
    const model = await loadModel(folder, { device: 'cpu' });
    const { images, masks } = await model.sample({ seed: 9, steps: 3 });
    await model.dispose();
    expectClose(await shown(page), bytesOf(images), { absolute: ROUNDING });
    await page.getByRole('radio', { name: 'Masks', exact: true }).check();
    await page.getByRole('list', { name: 'Classes of the masks' }).getByText('flesh').waitFor();
    const panel = noisyPictures(page);
    await panel.getByRole('img', { name: /^Mask of picture 1/ }).waitFor();
    expect(await classesOf(panel)).toEqual([...masks!]);
    await settle(page);
    expect(await seriousFaults(page)).toEqual([]);

    const path = join(await temporaryFolder(), 'pairs.zip');
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Pairs' }).click(),
    ]);
    await file.saveAs(path);
    const files = await readZip(new Blob([Uint8Array.from(await readFile(path))]));
    const [name] = Object.keys(files).filter((path) => path.endsWith('masks/01.png'));
    expect(
      Object.keys(files)
        .map((path) => path.replace(/^[^/]+\//, ''))
        .sort(),
    ).toEqual(['images/01.png', 'masks/01.png', 'masks/labels.json']);
    await writeFile(path, files[name!]!);
    const labels = [...(await (await openLabelFile(path)).read(0)).labels];
    expect(labels).toEqual([...masks!].map((k) => LABELS.values[k]));

    // Its own pictures can be gone on from; a file has no mask.
    await panel.locator('button.sample-cell').first().click();
    await page.getByRole('button', { name: 'Start from it' }).click();
    await page.getByText(/a file has none: it goes on from its own pictures/).waitFor();
    await page.getByRole('button', { name: 'left', exact: true }).click();
    await sample(page, 'Fill');
    const kept = (all: ArrayLike<number>) => Array.from(all).filter((_, i) => i % SIDE >= SIDE / 2);
    expect(kept(await classesOf(panel))).toEqual(kept(masks!));

    await page.evaluate(() => {
      location.hash = '#/game?seed=3&steps=1&pictures=6';
    });
    await page.getByText(/averaged down to 8 × 8 pixels/).waitFor();
  });
});

const cell = ([x, y]: [number, number], box: { x: number; y: number; width: number; height: number }) =>
  [box.x + ((x + 0.5) / SIDE) * box.width, box.y + ((y + 0.5) / SIDE) * box.height] as const;

async function drag(page: Page, pad: Locator, from: [number, number], to: [number, number]): Promise<void> {
  await pad.scrollIntoViewIfNeeded();
  const box = (await pad.boundingBox())!;
  await page.mouse.move(...cell(from, box));
  await page.mouse.down();
  await page.mouse.move(...cell(to, box));
  await page.mouse.up();
}

const tap = (page: Page, pad: Locator, at: [number, number]) => drag(page, pad, at, at);

async function sample(page: Page, name = 'Sample'): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByText(/^1 picture in/).waitFor();
  await page.locator('.sample[data-phase=done]').waitFor();
}

/** The classes whose colours the pixels have. */
async function classesOf(element: Locator): Promise<number[]> {
  const [red, green, blue] = await rgb(element);
  const colours = classColours(LABELS.classes.length).map(String);
  return red!.map((level, i) => colours.indexOf(String([level, green![i], blue![i]])));
}

const shown = (page: Page) => grays(noisyPictures(page));

const pictureOfNode = (folder: string, request: PictureOptions) =>
  picturesOfNode(folder, { seed: 9, steps: 3, ...request });
