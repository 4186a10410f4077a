/** What the page has for models of ages and sexes: words, one seed at every age, the film; and hands as what is seen first. */

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSite } from '#test/browser/build.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { grays, noisyPictures, picturesOfNode, ROUNDING } from '#test/browser/pictures.ts';
import { type Host, startHost } from '#test/browser/server.ts';
import { openSite, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM, SITE, useBrowser, type VisitOptions } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { trainedCard } from '#test/models/card.ts';
import { tinyArtefact } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const HANDS = join(import.meta.dirname, '..', '..', 'models', 'hands');
const LACKS_HANDS = LACKS_CHROMIUM ?? (existsSync(HANDS) ? undefined : 'there is no models/hands');
const NOTICE = 'Synthetic phantom, not a radiograph of a person.';
const BONE_AGE = { name: 'boneage', mean: 114, std: 66, min: 1, max: 228 };
const SIDE = 8;
/** Of a first visit, compressed where hosts compress. */
const BUDGET = 10e6;
/** Milliseconds for a step on Chromium's software renderer, beside other tests. */
const PATIENCE = 120_000;

describe('a model of ages and sexes', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  async function openTiny(options: VisitOptions = {}) {
    const data = { name: 'hands', hash: 'sha256:0', count: 2, classNames: ['female', 'male'], phantoms: 2 };
    const folder = await tinyArtefact(
      { classes: 2, nullCondition: true, conditions: [BONE_AGE], shape: [1, SIDE, SIDE] },
      { card: trainedCard({ name: 'hands', data }) },
    );
    const { page } = await openSite('#/model', options);
    await page.getByLabel('Choose a folder').setInputFiles(folder);
    await page.getByRole('button', { name: 'Sample it' }).click();
    await page.locator('.model-bar-ready').waitFor();
    return { page, folder };
  }

  it('is asked for a sex, and for an age that is said in years and months', { tags: 'long' }, async () => {
    const { page, folder } = await openTiny();
    await page.getByRole('group', { name: 'Sex' }).getByRole('button', { name: 'male', exact: true }).click();
    await field(page, 'Bone age').fill('122');
    await page.getByText(/^10 years 2 months\. 1 to 228 months;/).waitFor();
    const slider = page.getByRole('slider', { name: 'Bone age', exact: true });
    expect(await slider.getAttribute('aria-valuetext')).toBe('10 years 2 months');
    await slider.focus();
    await page.keyboard.press('End');
    await expect.poll(() => field(page, 'Bone age').inputValue()).toBe('228');
    await field(page, 'Bone age').fill('122');
    await field(page, 'Pictures').fill('1');
    await field(page, 'Steps').fill('3');
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    const picture = page.getByRole('button', {
      name: 'Picture 1, class male, bone age 10 years 2 months, seed 170: enlarge',
      exact: true,
    });
    await picture.waitFor();
    await done(page, 1);
    expect(await page.locator('.sample-caption').first().textContent()).toBe('male,\u00a010 y 2 m');
    const asked = { seed: 170, steps: 3, labels: [1], conditions: { boneage: 122 } };
    expectClose(await grays(picture.locator('canvas')), await picturesOfNode(folder, asked), { absolute: ROUNDING });
    await page.getByText(NOTICE).waitFor();

    await field(page, 'Bone age').fill('24..300');
    await page.getByText('boneage must be a number from 1 to 228, not “24..300”.').waitFor();
  });

  it('shows one seed at every age, as a film that plays, with the keyboard too', { tags: 'long' }, async () => {
    const { page, folder } = await openTiny();
    await field(page, 'Steps').fill('3');
    await page.getByText('One seed, and only the bone age changes: watch the growth plates close.').waitFor();
    await page.getByRole('button', { name: 'One seed, every bone age' }).click();
    await done(page, 9);
    const ages = [24, 48, 72, 96, 120, 144, 168, 192, 216];
    const pictures = noisyPictures(page).locator('canvas');
    const made = await picturesOfNode(folder, {
      seeds: ages.map(() => 170),
      steps: 3,
      labels: [0],
      conditions: { boneage: ages },
    });
    const size = SIDE * SIDE;
    for (const i of ages.keys()) {
      const expected = made.subarray(i * size, (i + 1) * size);
      expectClose(await grays(pictures.nth(i)), expected, { absolute: ROUNDING, what: `picture ${i + 1}` });
    }

    const film = page.getByRole('region', { name: 'The pictures as a film' });
    const slider = film.getByRole('slider', { name: 'Picture' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => slider.getAttribute('aria-valuetext'))
      .toBe('Picture 2, class female, bone age 4 years, seed 170');
    expect(await film.locator('output').textContent()).toBe('female, 4 y');
    expect(await pictures.count()).toBe(1);
    expectClose(await grays(pictures), made.subarray(size, 2 * size), {
      absolute: ROUNDING,
      what: 'the large picture',
    });
    await film.getByRole('button', { name: 'Play the pictures as a film' }).click();
    await expect.poll(() => slider.inputValue()).toBe('8');
    await film.getByRole('button', { name: 'Play the pictures as a film' }).waitFor(); // it has stopped
    await page.getByRole('button', { name: 'Show all pictures' }).click();
    expect(await pictures.count()).toBe(9);

    await page.getByRole('slider', { name: 'Bone age of the last picture' }).focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => field(page, 'Bone age').inputValue()).toBe('24..215');
  });
});

describe('the page as it is shipped', skipBecause(LACKS_HANDS), () => {
  const { browser } = useBrowser();
  let folder: string;
  let host: Host;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnoise-shipped-'));
    await buildSite(folder);
    host = await startHost({ folders: { [SITE]: folder }, compress: true });
  });
  afterAll(async () => {
    await host?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('plays hands at once, says what they are, and takes less than 10 MB until they can be made, in any browser', {
    tags: 'long',
  }, async () => {
    const arrive = host.hold(/\.(onnx|wasm)$/, 1000);
    const { page } = await openSite(browser(), host, '');
    await page.getByText(/^a recording, step \d+ of \d+$/).waitFor(); // without the network
    await page.getByText(NOTICE).first().waitFor();
    arrive();
    await page.getByText('Ready: press Sample to make them here').waitFor();
    const files = host.log.filter(({ bytes }) => bytes > 0);
    const told = files.map(({ path, bytes }) => `${bytes} ${path}`).join('\n');
    const sizeOf = (some: typeof files) => some.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sizeOf(files), told).toBeLessThan(BUDGET);
    const rest = sizeOf(files.filter(({ path }) => !path.endsWith('.wasm')));
    const runtimes = (await readdir(join(folder, 'assets'))).filter((name) => name.endsWith('.wasm'));
    expect(runtimes).toHaveLength(3); // one a way to wait for the GPU
    for (const name of runtimes) {
      const { length } = await promisify(gzip)(await readFile(join(folder, 'assets', name)));
      expect(rest + length, `${name}: ${length}, and ${told}`).toBeLessThan(BUDGET);
    }
    expect(
      files.some(({ path }) => /models\/hands(-\d)?\/unet\/model\.onnx$/.test(path)),
      told,
    ).toBe(true);
    const options = page.getByLabel('Model', { exact: true }).locator('option');
    const teachers = (await options.allTextContents()).filter((text) => !/, live \(/.test(text));
    expect(teachers.slice(0, 2)).toEqual([
      expect.stringMatching(/^Hands \(64 × 64, gray, 2 classes\)$/),
      expect.stringMatching(/^Radiographs /),
    ]);
  });

  it('makes the hand that Node makes, on WebAssembly and on WebGPU', { tags: 'long' }, async () => {
    const query = 'model=hands&count=1&steps=1&seed=5&labels=1&guidance=1&condition.boneage=120&sampler=ddim&eta=0';
    const { page } = await openSite(browser(), host, `#/sample?${query}`);
    await done(page, 1);
    const picture = page.getByRole('button', { name: /^Picture 1, class male, bone age 10 years, seed 5:/ });
    const asked = {
      seed: 5,
      steps: 1,
      labels: [1],
      guidance: 1,
      conditions: { boneage: 120 },
      sampler: 'ddim',
      eta: 0,
    } as const;
    const made = await picturesOfNode(HANDS, asked);
    expectClose(await grays(picture.locator('canvas')), made, { absolute: ROUNDING });

    await page.locator('input[value=webgpu]').check();
    await page.locator('.model-bar-ready', { hasText: 'captured once and replayed' }).waitFor({ timeout: PATIENCE });
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
    await done(page, 1, PATIENCE);
    expectClose(await grays(picture.locator('canvas')), made, { absolute: ROUNDING });
  });
});

/** The field of a number, not its slider. */
const field = (page: Page, label: string) => page.getByRole('textbox', { name: label, exact: true });

const done = (page: Page, count: number, timeout = 30_000) =>
  page.getByText(new RegExp(`^${count} pictures? in .* steps/s$`)).waitFor({ timeout });
