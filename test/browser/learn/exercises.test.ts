/** Exercises: answered by typing and with figures, kept, and printed. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { QUESTIONS } from '#site/views/learn/exercises/exercise-sheet.tsx';
import { EXERCISES, exercisesOf } from '#site/views/learn/exercises/table.ts';
import { faults } from '#test/browser/axe.ts';
import { overflow, PHONE, settle, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { eachLong } from '#test/each-long.ts';

const NARROW = { ...PHONE, viewport: { width: 360, height: 780 } };
const CUT_OFF = /net::ERR_ABORTED/;
const titleOf = (id: string) => EXERCISES.find((one) => one.id === id)!.title;
const card = (page: Page, id: string) => page.getByRole('article', { name: titleOf(id) });
const check = (page: Page, id: string) => card(page, id).getByRole('button', { name: 'Is that right?' }).click();
const right = (page: Page, id: string) => card(page, id).getByText('That is right.').waitFor();
const seedOf = async (page: Page) =>
  Number(/seed (\d+)/.exec((await page.locator('.learn-exercises header').textContent())!)![1]);

describe('exercises', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('are answered by typing, with a reason for what is wrong, and kept over a reload', async () => {
    const { page } = await openSite('#/learn/data', { allow: [CUT_OFF] });
    const field = card(page, 'data-3').getByLabel('Batch size');
    await check(page, 'data-3');
    await card(page, 'data-3').getByText('Batch size is still empty: type a number.').waitFor();
    await field.fill('many');
    await check(page, 'data-3');
    await card(page, 'data-3').getByText('“many” is no number.').waitFor();
    const times = Number(/is (\d+) times/.exec((await card(page, 'data-3').textContent())!)![1]);
    await field.fill(String(times));
    await check(page, 'data-3');
    await card(page, 'data-3').getByText('Not so few').waitFor();
    await field.fill(String(times ** 2));
    await field.press('Enter');
    await right(page, 'data-3');
    await page.getByText('1 of 27 are done in all chapters.').waitFor();
    await card(page, 'data-3').getByText('How it comes out').click();
    const seed = await seedOf(page);
    await page.reload();
    await page.getByText('1 of 27 are done in all chapters.').waitFor();
    expect(await seedOf(page)).toBe(seed);
    expect(await field.inputValue()).toBe(String(times ** 2));
  });

  it('are answered with the figure, which a link and a button set up, and lead back', async () => {
    const { page } = await openSite('#/learn/destroy?exercise=destroy-2');
    const task = (await card(page, 'destroy-2').textContent())!;
    const t = Number(/t = (\d+) of/.exec(task)![1]);
    const time = page.getByRole('slider', { name: 'Time t of the jump' });
    await expect.poll(() => time.inputValue()).toBe(String(t));
    await expect.poll(() => card(page, 'destroy-2').isVisible()).toBe(true);

    await card(page, 'destroy-1').getByRole('button', { name: 'Go to the figure' }).click();
    const bar = page.getByRole('complementary', { name: 'Exercise' });
    await bar.getByText('Now: β = 0.02.').waitFor();
    const wanted = Number(/step is ([\d.]*\d)/.exec((await card(page, 'destroy-1').textContent())!)![1]);
    const beta = page.getByRole('slider', { name: 'β of this step' });
    await beta.fill(String(Math.round(100 * Math.cbrt(wanted))));
    await check(page, 'destroy-1');
    await card(page, 'destroy-1').getByText('Not yet.').waitFor();
    await beta.fill(String(Math.round(100 * Math.cbrt(wanted ** 2))));
    await bar.getByRole('button', { name: 'Back to the exercise' }).click();
    expect(await bar.count()).toBe(0);
    expect(await card(page, 'destroy-1').evaluate((one) => one === document.activeElement)).toBe(true);
    await check(page, 'destroy-1');
    await right(page, 'destroy-1');
  });

  it('say what is missing in a link to one that the chapter does not have', async () => {
    const { page } = await openSite('#/learn/game?exercise=why-1');
    await page.getByText('The link asks for exercise=why-1, which this chapter does not have.').waitFor();
    expect(
      await page
        .getByRole('article')
        .filter({ has: page.getByRole('heading', { level: 3 }) })
        .count(),
    ).toBeGreaterThan(2);
  });

  it('name figures that are there, in every chapter', { tags: 'long' }, async () => {
    for (const { id } of CHAPTERS) {
      const { page } = await openSite(`#/learn/${id}`, { allow: [CUT_OFF] });
      await page.getByRole('heading', { level: 2, name: 'Exercises' }).waitFor();
      for (const { figure } of exercisesOf(id)) {
        if (figure === undefined || figure === '.learn-reveal') continue; // it comes after a guess
        await page.locator(figure).first().waitFor({ state: 'attached' });
      }
      await page.context().close();
    }
  });

  it('are answered with what the network does: skips, the walk, the noise', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/network', { allow: [CUT_OFF] });
    await card(page, 'network-1')
      .getByText(/^Now: 0 cut, error 1 times/)
      .waitFor();
    await page.locator('.learn-cuts input').last().check();
    await card(page, 'network-1')
      .getByText(/^Now: 1 cut/)
      .waitFor();
    await check(page, 'network-1');
    await card(page, 'network-1').getByText('Try one that carries larger maps.').waitFor();
    await page.locator('.learn-cuts input').last().uncheck();
    await page.locator('.learn-cuts input').nth(1).check();
    await card(page, 'network-1')
      .getByText(/^Now: 1 cut, error 2\.\d times/)
      .waitFor();
    await check(page, 'network-1');
    await right(page, 'network-1');

    await page
      .getByRole('link', { name: /From noise to a picture/ })
      .first()
      .click();
    const steps = Number(/Choose (\d+) steps/.exec((await card(page, 'sampling-2').textContent())!)![1]);
    await page
      .getByRole('radio', { name: String(steps), exact: true })
      .first()
      .check();
    for (let i = 0; i < steps; i++) {
      await check(page, 'sampling-2');
      if ((await card(page, 'sampling-2').getByText('That is right.').count()) > 0) break;
      const shown = card(page, 'sampling-2').locator('.learn-answer-now');
      const before = await shown.textContent();
      await page.getByRole('button', { name: 'Whole step' }).click();
      if (i > 0) await expect.poll(() => shown.textContent()).not.toBe(before);
    }
    await right(page, 'sampling-2');
  });

  const pages = [
    { at: '#/learn/destroy?exercise=destroy-1', name: 'a chapter' },
    { at: '#/learn/sheet?seed=7&solutions=1', name: 'the sheet' },
  ].flatMap((one) => [
    { ...one, scheme: 'light' as const, device: 'a desktop', size: {} },
    { ...one, scheme: 'dark' as const, device: 'a phone', size: NARROW },
  ]);
  eachLong(pages, 'are accessible and fit: $name, $scheme, on $device', async ({ at, name, scheme, size }) => {
    const { page } = await openSite(at, { ...size, colorScheme: scheme, allow: [CUT_OFF] });
    if (name === 'a chapter') {
      await check(page, 'destroy-2');
      await card(page, 'destroy-1').getByRole('button', { name: 'Go to the figure' }).click();
    }
    for (const fold of await page.locator('.learn-exercises summary').all()) await fold.click();
    await settle(page);
    expect(await faults(page)).toEqual([]);
    expect(await overflow(page)).toEqual([]);
  });
});

describe('the teacher’s sheet', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('has all exercises of a seed, and solutions behind a switch that the address keeps', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite('#/learn/sheet?seed=7', { allow: [CUT_OFF] });
    expect(await page.title()).toBe('Exercises, for the teacher · Onnoise');
    expect(await page.locator('.learn-sheet-one').count()).toBe(EXERCISES.length);
    expect(await page.getByText('Solution.').count()).toBe(0);
    for (const { question } of QUESTIONS) await page.getByRole('heading', { name: question }).waitFor();
    await page.getByText(String(EXERCISES.find(({ id }) => id === 'destroy-2')!.task(7))).waitFor();
    await page.getByRole('checkbox', { name: 'Show solutions' }).check();
    expect(await page.getByText('Solution.').count()).toBe(EXERCISES.length);
    for (const { worth } of QUESTIONS) await page.getByText(worth[2]).waitFor();
    await page.getByLabel('Seed of the numbers').fill('8');
    await page.getByText(String(EXERCISES.find(({ id }) => id === 'destroy-2')!.solution(8))).waitFor();
    expect(page.url()).toContain('#/learn/sheet?seed=8&solutions=1');
    await page.reload();
    await page.getByText(String(EXERCISES.find(({ id }) => id === 'destroy-2')!.solution(8))).waitFor();
    await page.locator('.learn-sheet-one').nth(3).getByRole('link', { name: 'Open it' }).click();
    await page.getByRole('heading', { level: 1, name: 'Destroy a picture' }).waitFor();
    expect(page.url()).toContain('#/learn/destroy?exercise=destroy-1');
  });

  it('prints black on white without the page around it, and with addresses, also in the dark theme', async () => {
    const { page } = await openSite('#/learn/sheet?seed=7', { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const name of ['.header', '.footer', '.learn-unprinted']) {
      expect(await page.locator(name).first().isVisible(), name).toBe(false);
    }
    const address = page.locator('.learn-printed').first();
    expect(await address.isVisible()).toBe(true);
    expect(await address.textContent()).toContain('#/learn/why?exercise=why-1');
    const colours = await page.evaluate(() => {
      const texts = [...document.querySelectorAll('.learn-teacher :is(h1, h2, h3, p, li, strong, span)')];
      return [...new Set(texts.filter((one) => one.checkVisibility()).map((one) => getComputedStyle(one).color))];
    });
    expect(colours).toEqual(['rgb(0, 0, 0)']);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    expect(pdf).toMatch(/\/MediaBox \[0 0 59[45][\d.]* 84[12][\d.]*\]/); // A4
    expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeLessThan(9);
  });
});
