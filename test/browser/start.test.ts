/** Where sampling starts: a painted picture, a file, noise around a seed and between two; and what a model is told. */

import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { seriousFaults } from '#test/browser/axe.ts';
import { bytesOf, grays, noisyPictures, picturesOfNode, ROUNDING } from '#test/browser/pictures.ts';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

const DIGITS = join(import.meta.dirname, '..', '..', 'models', 'digits');
/** Of the tiny model's pictures. */
const SIDE = 8;

describe('where sampling starts', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  /** The sampling view with a tiny model that takes guidance and an age, and one picture of it. */
  async function openTiny() {
    const folder = await tinyArtefact({ ...GUIDED, shape: [1, SIDE, SIDE] });
    const { page } = await openSite('#/model', { hasTouch: true });
    await page.getByLabel('Choose a folder').setInputFiles(folder);
    await page.getByRole('button', { name: 'Sample it' }).click();
    await page.locator('.model-bar-ready').waitFor();
    await fill(page, { Pictures: '1', Steps: '3', Seed: '9', Age: '' });
    await go(page, 'Sample');
    return { page, folder };
  }

  it('fills what is painted, with a pointer, a finger or keys, and keeps every other pixel', async () => {
    const { page, folder } = await openTiny();
    const before = await shown(page);
    await page.getByRole('radio', { name: 'Fill' }).check();
    await page.getByText('Choose a picture first, or bring your own.').waitFor();
    await page.getByRole('button', { name: 'Picture 1, seed 9', exact: true }).click();
    await page.getByText('Paint over the part of the picture that is to be made anew.').waitFor();
    const pad = page.getByRole('application', { name: 'What to make anew of picture 1, seed 9' });
    await page.getByRole('slider', { name: 'Brush' }).fill('1');

    await drag(page, pad, [0.5, 0.5], [3.5, 0.5]);
    expect(await painted(pad)).toEqual([0, 1, 2, 3]);
    const box = (await pad.boundingBox())!;
    await page.touchscreen.tap(box.x + (6.5 / SIDE) * box.width, box.y + (7.5 / SIDE) * box.height);
    expect(await painted(pad)).toEqual([0, 1, 2, 3, 62]);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await painted(pad)).toEqual([0, 1, 2, 3]);
    await pad.focus();
    for (const key of ['ArrowRight', 'ArrowDown', ' ']) await page.keyboard.press(key);
    expect(await painted(pad)).toEqual([0, 1, 2, 3, 45]);
    await page.getByText('5 of 64 pixels are painted.').waitFor();

    await fill(page, { Times: '2' });
    await go(page, 'Fill');
    await page.getByText('network call 5 of 5', { exact: true }).waitFor();
    const filled = await shown(page);
    const mask = Float32Array.from({ length: SIDE * SIDE }, (_, i) => Number([0, 1, 2, 3, 45].includes(i)));
    expect([...filled.keys()].filter((i) => filled[i] !== before[i])).toEqual([0, 1, 2, 3, 45]);
    const request = { seed: 9, steps: 3, labels: [0], from: valuesOf(before), mask, resamples: 2 };
    expectClose(filled, await picturesOfNode(folder, request), { absolute: ROUNDING });

    const link = page.getByRole('button', { name: 'Copy link' });
    expect([await link.isDisabled(), await link.getAttribute('title')]).toEqual([
      true,
      'A link cannot carry your own model',
    ]);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await painted(pad)).toEqual([]);
    await page.getByRole('button', { name: 'middle' }).click();
    expect((await painted(pad)).length).toBe(16);
  });

  it('draws a file anew, fitted to the model, with what the model is told', { tags: 'long' }, async () => {
    const { page, folder } = await openTiny();
    const file = join(await temporaryFolder(), 'photo.png');
    const pixels = Uint8Array.from({ length: 3 * 40 * 24 }, (_, i) => (i * 7) % 256);
    await sharp(pixels, { raw: { width: 40, height: 24, channels: 3 } })
      .png()
      .toFile(file);
    await page.getByRole('radio', { name: 'Redraw' }).check();
    await page.getByLabel('Your file').setInputFiles(file);
    const source = page.getByRole('img', { name: 'your picture' });
    await source.waitFor();
    await fill(page, { Strength: '0.7', Guidance: '3', 'Guided timesteps': '20,70', Age: '150' });
    await go(page, 'Redraw');
    await page.getByText('step 2 of 2', { exact: true }).waitFor();
    const guided = { guidance: 3, guidanceInterval: [20, 70] as const, conditions: { age: 150 } };
    const request = { seed: 9, steps: 3, from: valuesOf(await grays(source)), strength: 0.7, ...guided };
    const expected = await picturesOfNode(folder, request);
    expectClose(await shown(page), expected, { absolute: ROUNDING });

    await fill(page, { Age: '5', 'Guided timesteps': '70,20' });
    await page
      .getByText('Guided timesteps must be two timesteps from 0 to 99, the lower first, not “70,20”.')
      .waitFor();
    await page.getByText('age must be a number from 10 to 200, not “5”.').waitFor();
  });

  it('goes from one seed to another by a link, and tells why this model is not guided', { tags: 'long' }, async () => {
    const { page } = await openSite('#/sample?count=2&steps=2&seed=1&labels=3.8&start=between&toward=7');
    await page.getByText(/^2 pictures in/).waitFor();
    const model = await loadModel(DIGITS, { device: 'cpu' });
    const { images } = await model.sample({ seeds: [1, 7], labels: [3, 8], steps: 2, sampler: 'ddpm' });
    await model.dispose();
    for (const [i, name] of ['0 % from seed 1 to 7', '100 % from seed 1 to 7'].entries()) {
      const picture = page
        .getByRole('button', { name: new RegExp(`^Picture \\d, class \\d, ${name}:`) })
        .locator('canvas');
      const expected = bytesOf(images.subarray(784 * i, 784 * (i + 1)));
      expectClose(await grays(picture), expected, { absolute: ROUNDING, what: name });
    }
    if (!model.nullCondition) {
      expect(await page.getByRole('slider', { name: 'Guidance' }).isDisabled()).toBe(true);
      await page.getByText(/so there is nothing to guide away from/).waitFor();
    }
  });
});

async function fill(page: Page, values: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await page.getByRole('textbox', { name, exact: true }).fill(value);
  }
}

/** Presses the button that samples, and waits for one picture that was made by it. */
async function go(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.locator('.sample[data-phase=done]').waitFor();
}

async function drag(page: Page, pad: Locator, from: [number, number], to: [number, number]): Promise<void> {
  await pad.scrollIntoViewIfNeeded();
  const box = (await pad.boundingBox())!;
  const at = ([x, y]: [number, number]) => [box.x + (x / SIDE) * box.width, box.y + (y / SIDE) * box.height] as const;
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to));
  await page.mouse.up();
}

/** Indices of the painted pixels. */
const painted = (pad: Locator): Promise<number[]> =>
  pad.locator('.start-paint').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, i) => i).filter((i) => data[4 * i + 3]! > 0);
  });

const shown = (page: Page) => grays(noisyPictures(page));

const valuesOf = (bytes: readonly number[]) => Float32Array.from(bytes, (byte) => byte / 127.5 - 1);
