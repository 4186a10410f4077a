/** One picture that follows its sliders, with a student first on the page. */

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PictureOptions } from '#scheduler/model/index.ts';
import { seriousFaults } from '#test/browser/axe.ts';
import { buildStudentSite } from '#test/browser/build.ts';
import { grays, noisyPictures, picturesOfNode, ROUNDING } from '#test/browser/pictures.ts';
import { overflow, PHONE, useSite } from '#test/browser/site.ts';
import { writeStudent } from '#test/browser/student.ts';
import { IN_CHROMIUM, SITE } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';

/** Counts what the page asks of its worker, and how much of it at once. */
const COUNT = () => {
  const counts = { asked: 0, open: 0, most: 0 };
  const samples = new Set<number>();
  class CountedWorker extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      // Before the page listens, which may ask again at once.
      this.addEventListener('message', ({ data }) => {
        if (('done' in data || 'failed' in data) && samples.delete(data.id)) counts.open--;
      });
    }
    override postMessage(message: { id: number; question?: string }, moved: unknown) {
      if (message.question === 'sample') {
        samples.add(message.id);
        counts.asked++;
        counts.most = Math.max(counts.most, ++counts.open);
      }
      super.postMessage(message, moved as Transferable[]);
    }
  }
  Object.assign(window, { counts, Worker: CountedWorker });
};

describe('a student', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();
  let folder = '';
  let student = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnoise-live-'));
    student = await writeStudent(folder);
    const site = join(folder, 'site');
    await buildStudentSite(student, site);
    await cp(student, join(site, 'students', 'hands-1'), { recursive: true }); // as if it were a visitor's
    host().mount(SITE, site);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is the first thing that a phone shows, picture and sliders, as soon as it is loaded', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite('', PHONE);
    await drawn(page);
    for (const part of [page.locator('.live-frame'), age(page), between(page)]) {
      const { y, height } = (await part.boundingBox())!;
      expect(y + height).toBeLessThanOrEqual(PHONE.viewport.height);
    }
    expect(await overflow(page)).toEqual([]);
    expect(await seriousFaults(page)).toEqual([]);
    await expectPicture(page, { seeds: [174], labels: [0], conditions: { boneage: 109 } });
  });

  it('draws the last of many moves and drops those between, one at a time, and says once what it shows', async () => {
    const { page } = await openSite('', { init: COUNT });
    await drawn(page);
    const before = await counts(page);
    await age(page).evaluate((slider: HTMLInputElement) => {
      for (let months = 1; months <= 200; months++) {
        slider.value = String(months);
        slider.dispatchEvent(new InputEvent('input', { bubbles: true }));
      }
    });
    await shows(page, /^Picture: female, bone age 16 years 8 months, seed 174$/);
    const { asked, most } = await counts(page);
    expect([asked - before.asked, most]).toEqual([2, 1]);
    await expectPicture(page, { seeds: [174], labels: [0], conditions: { boneage: 200 } });
    await page
      .getByRole('status')
      .getByText('Drawn: female, bone age 16 years 8 months, seed 174.', { exact: true })
      .waitFor();
    await page.getByRole('radio', { name: 'male', exact: true }).check({ force: true });
    await shows(page, /^Picture: male, /);
    await expectPicture(page, { seeds: [174], labels: [1], conditions: { boneage: 200 } });
  });

  it('goes from one seed to another by the keyboard, between them by a mix of their noise', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite();
    await drawn(page);
    const conditions = { boneage: 109 };
    await between(page).focus();
    await page.keyboard.press('End');
    await shows(page, /, seed 175$/);
    await expectPicture(page, { seeds: [175], labels: [0], conditions });
    await page.keyboard.press('PageDown');
    await shows(page, /, 9\d % from seed 174 to 175$/);
    const share = Number(await between(page).inputValue());
    await expectPicture(page, { seeds: [{ seed: 174, toward: 175, share }], labels: [0], conditions });
    expect(await page.locator('.live').getByRole('button', { name: 'Copy link' }).isDisabled()).toBe(true);
    await page.keyboard.press('ArrowRight');
    expect(Number(await between(page).inputValue())).toBeGreaterThan(share);
    await page.getByRole('spinbutton', { name: 'From seed' }).fill('175');
    await shows(page, /, seed 175$/); // a seed is not mixed with itself
  });

  it('plays a slider from end to end when asked, and not for those who asked for less motion', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite();
    await drawn(page);
    const play = page.getByRole('button', { name: 'Play from end to end: Bone age' });
    await play.click();
    await page.getByRole('button', { name: 'Hold: Bone age' }).waitFor();
    await play.waitFor(); // its end
    await shows(page, /bone age 19 years, seed 174$/);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await play.isVisible()).toBe(false);
    await age(page).fill('100');
    await shows(page, /bone age 8 years 4 months/);
  });

  it('brings a picture back by its link, and samples several beside it', { tags: 'long' }, async () => {
    const query = 'model=hands-1&count=1&seed=7&labels=1&condition.boneage=60';
    const { page } = await openSite(`#/sample?${query}`);
    await page.getByText(/^1 picture in .* steps\/s$/).waitFor();
    await shows(page, /^Picture: male, bone age 5 years, seed 7$/);
    const wanted = { seeds: [7], labels: [1], conditions: { boneage: 60 } };
    await expectPicture(page, wanted);
    const many = noisyPictures(page).locator('canvas').first();
    expectClose(await grays(many), await picturesOfNode(student, wanted), { absolute: ROUNDING });
    await page.getByText('step 1 of 1', { exact: true }).waitFor();
  });

  it('is live as a visitor’s own model, and its teacher draws when asked', { tags: 'long' }, async () => {
    const { page } = await openSite('#/model', { allow: [/404/, /net::ERR_ABORTED/] });
    await page.getByLabel('Or an address on this site').fill('students/hands-1');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.locator('.model-found').waitFor();
    await page.getByRole('link', { name: 'Sample', exact: true }).first().click();
    await drawn(page);
    await expectPicture(page, { seeds: [174], labels: [0], conditions: { boneage: 109 } });
    await page.goto(`${host().origin}${SITE}#/sample?model=hands&count=1&steps=1&seed=1`);
    await page.getByText(/^1 picture in/).waitFor();
    expect(await page.locator('.live').count()).toBe(0);
  });

  async function expectPicture(page: Page, request: PictureOptions): Promise<void> {
    expectClose(await grays(page.locator('.live-frame canvas')), await picturesOfNode(student, request), {
      absolute: ROUNDING,
      what: JSON.stringify(request),
    });
  }
});

const drawn = (page: Page) => page.locator('.live[data-drawn=true]').waitFor();
const live = (page: Page) => page.getByRole('region', { name: 'A picture that follows its sliders' });
const age = (page: Page) => live(page).getByRole('slider', { name: 'Bone age' });
const between = (page: Page) => live(page).getByRole('slider', { name: 'Between two seeds' });
const shows = (page: Page, words: RegExp) => live(page).getByRole('img', { name: words }).waitFor();

const counts = (page: Page) =>
  page.evaluate(() => (window as unknown as { counts: { asked: number; most: number } }).counts);
