/** The chapters: their frame, and what holds for every one of them. */
import type { Page } from 'playwright-core';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { faults } from '#test/browser/axe.ts';
import { startHost } from '#test/browser/server.ts';
import { DESKTOP, heading, overflow, PHONE, settle, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM, visit } from '#test/browser/visit.ts';
import { eachLong } from '#test/each-long.ts';

/** Reloading and leaving the page abort downloads under way. */
const CUT_OFF = /net::ERR_ABORTED/;

describe('every chapter', IN_CHROMIUM, () => {
  const { openSite } = useSite();
  const rows = CHAPTERS.flatMap(({ id, title }) => [
    { id, title, scheme: 'light' as const, device: 'a desktop', size: DESKTOP },
    { id, title, scheme: 'dark' as const, device: 'a phone', size: PHONE },
  ]);

  const fits = async ({ id, title, scheme, size }: (typeof rows)[number]) => {
    const { page } = await openSite(`#/learn/${id}`, {
      ...size,
      colorScheme: scheme,
      allow: [CUT_OFF],
    });
    await page.getByText('Take away').waitFor();
    expect(await page.title()).toBe(`${title} · Onnoise`);
    for (const fold of await page.locator('.learn-notes summary').all()) await fold.click();
    await settle(page);
    expect(await faults(page)).toEqual([]);
    expect(await overflow(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflow(page)).toEqual([]);
  };
  eachLong(rows, 'is accessible and fits: $id, $scheme, on $device', fits);
});

describe('the chapters', IN_CHROMIUM, () => {
  const { browser, openSite } = useSite();
  const done = (page: Page) => page.locator('.learn-contents-wide .learn-mark-done');

  it('lead from one to the next, and a reload remembers what is done', async () => {
    const { page } = await openSite('#/learn', { allow: [CUT_OFF] });
    await page.getByRole('link', { name: 'Start with chapter 1' }).click();
    for (const [i, { title }] of CHAPTERS.slice(0, 3).entries()) {
      await expect.poll(() => heading(page).textContent()).toBe(title);
      expect(await page.getByText(`Chapter ${i + 1} of ${CHAPTERS.length}`, { exact: true }).isVisible()).toBe(true);
      await page.getByRole('link', { name: /^Next:/ }).press('Enter'); // a click waits for two frames, late in a busy browser
    }
    await page.getByRole('heading', { level: 1, name: CHAPTERS[3].title }).waitFor();
    expect(await done(page).count()).toBe(3);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: CHAPTERS[3].title }).waitFor();
    expect(await done(page).count()).toBe(3);
    await page.getByRole('link', { name: 'All chapters' }).click();
    await page.getByText(`3 of ${CHAPTERS.length} done`).waitFor();
    await page.getByRole('link', { name: `Go on with “${CHAPTERS[3].title}”` }).waitFor();
    await page.getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('link', { name: 'Start with chapter 1' }).waitFor();
    expect(await page.locator('.learn-mark-done').count()).toBe(0);
  });

  it.each([
    ['#/learn/hand-in?s=7&a=why-1_15_0.93_0.9&sum=1', 'Learn how diffusion works'],
    ['#/learn/improve?steps=8&data=moons&show=pairs&student=hands-2', 'Make it better'],
    ['#/learn/sampling?differs=fresh&sampler=ddim&steps=3&seed=7', 'From noise to a picture'],
  ])('open for a link to a figure that is gone: %s', async (link, title) => {
    const { page } = await openSite(link, { allow: [CUT_OFF] });
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.getByText(/^The link asks for/).count()).toBe(0);
  });

  it('end with a finished round of the game, not with one right answer', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/game');
    const task = page.getByRole('region', { name: 'Try it' });
    const keep = (record: string) => page.evaluate((text) => localStorage.setItem('onnoise.game', text), record);
    await keep('{"best":1,"models":{}}');
    await page.reload();
    await task.getByText('Try it.').waitFor();
    await keep('{"best":0,"models":{"abc":{"rounds":1,"shown":5,"passed":5}}}');
    await page.reload();
    await task.getByText('Done.').waitFor();
  });

  it('work where the browser refuses to store anything', { tags: 'long' }, async () => {
    const init = () => {
      const refuse = () => {
        throw new DOMException('refused', 'SecurityError');
      };
      Object.defineProperty(window, 'localStorage', { get: refuse });
    };
    const { page } = await openSite('#/learn/why', { init });
    await page.getByRole('link', { name: /^Next:/ }).click();
    await expect.poll(() => done(page).count()).toBe(1);
  });

  it('work without a network once one of them was open, the others too', { tags: 'long' }, async () => {
    const own = await startHost({ folders: { '/a/': inject('browser').site } });
    onTestFinished(() => own.stop().catch(() => {}));
    const { page, allow } = await visit(browser(), { serviceWorkers: 'allow' });
    allow(/net::ERR_(ABORTED|FAILED|CONNECTION_REFUSED)/);
    await page.goto(`${own.origin}/a/#/learn/guess`);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText(/Mean squared error of the noise/).waitFor();
    await page.waitForFunction(() => document.documentElement.dataset.offline === 'ready');
    await own.stop();
    await page.goto(`${own.origin}/a/#/learn/learning`);
    await page.reload();
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText(/^([3-9]|\d{2,}) times so far/).waitFor();
  });
});
