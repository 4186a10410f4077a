/** The frame of the page, and rules for every view. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { VIEW_NAMES } from '#site/shell/names.ts';
import { seriousFaults } from '#test/browser/axe.ts';
import { DESKTOP, heading, overflow, PHONE, settle, useSite, VIEWS } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { eachLong } from '#test/each-long.ts';

describe('every view', IN_CHROMIUM, () => {
  const { openSite } = useSite();
  const rows = VIEWS.flatMap((view) => [
    { view, scheme: 'light' as const, device: 'a desktop', size: DESKTOP },
    { view, scheme: 'dark' as const, device: 'a phone', size: PHONE },
  ]);

  const fits = async ({ view, scheme, size }: (typeof rows)[number]) => {
    const { page } = await openSite(`#/${view}`, { ...size, colorScheme: scheme });
    await expect.poll(() => page.title()).toBe(`${VIEW_NAMES[view]} · Onnoise`);
    await settle(page);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await overflow(page)).toEqual([]);
    // The other colour scheme, by the page's own switch.
    const other = scheme === 'light' ? 'Dark' : 'Light';
    await page.getByRole('radio', { name: other, exact: true }).check({ force: true });
    await settle(page);
    expect(await seriousFaults(page)).toEqual([]);
  };
  eachLong(rows, 'is accessible and fits: $view, $scheme, on $device', fits);

  const narrow = VIEWS.map((view) => ({ view }));
  eachLong(narrow, 'fits a screen of 320 pixels: $view', async ({ view }) => {
    const { page } = await openSite(`#/${view}`, { viewport: { width: 320, height: 640 } });
    await settle(page);
    expect(await overflow(page)).toEqual([]);
  });
});

describe('the page', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('goes back and forward through views, with their titles', { tags: 'long' }, async () => {
    const { page } = await openSite();
    const title = () => page.title();
    const nav = page.getByRole('navigation', { name: 'Views' });
    for (const view of ['forward', 'game', 'model'] as const) {
      await nav.getByRole('link', { name: VIEW_NAMES[view] }).click();
      await expect.poll(title).toBe(`${VIEW_NAMES[view]} · Onnoise`);
      await heading(page).waitFor();
    }
    for (const view of ['game', 'forward', 'sample'] as const) {
      await page.goBack();
      await expect.poll(title).toBe(`${VIEW_NAMES[view]} · Onnoise`);
    }
    await page.goForward();
    await expect.poll(title).toBe(`${VIEW_NAMES.forward} · Onnoise`);
    expect(await nav.getByRole('link', { name: VIEW_NAMES.forward }).getAttribute('aria-current')).toBe('page');
  });

  it('draws its charts in a browser whose language is none', { tags: 'long' }, async () => {
    const { page } = await openSite('#/forward', { locale: 'en-US@posix' });
    await page.locator('svg.chart').first().waitFor();
    expect(await page.evaluate(() => navigator.language)).toBe('en-US@posix');
  });

  it('keeps the theme that was chosen', async () => {
    const { page } = await openSite('', { colorScheme: 'light' });
    const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await paper()).toBe('rgb(250, 249, 246)');
    await page.getByRole('radio', { name: 'Dark', exact: true }).check({ force: true });
    await expect.poll(paper).toBe('rgb(18, 18, 22)');
    await page.reload();
    await heading(page).waitFor();
    await expect.poll(paper).toBe('rgb(18, 18, 22)');
    await page.getByRole('radio', { name: 'As the system' }).check({ force: true });
    await expect.poll(paper).toBe('rgb(250, 249, 246)');
  });

  it.each([360, 390, 412])('opens a view at the first tap on a phone of %i pixels', { tags: 'long' }, async (width) => {
    const { page } = await openSite('#/sample', { ...PHONE, viewport: { width, height: 800 } });
    for (const view of ['train', 'model', 'sample', 'train'] as const) {
      const { left, right, y } = await page.locator(`.nav a[href="#/${view}"]`).evaluate((link) => {
        const { left, right, top, height } = link.getBoundingClientRect();
        return { left: Math.max(0, left), right: Math.min(innerWidth, right), y: top + height / 2 };
      });
      if (right - left < 4) continue; // out of sight: a finger would scroll the menu first
      await page.touchscreen.tap((left + right) / 2, y);
      await expect.poll(() => page.evaluate(() => location.hash.split('?')[0]), { timeout: 5000 }).toBe(`#/${view}`);
    }
  });

  it.each([
    ['a desktop', DESKTOP],
    ['a tablet', { viewport: { width: 900, height: 700 } }],
    ['a phone', { ...PHONE, viewport: { width: 360, height: 800 } }],
  ])('on %s, keeps the parts of its head apart with text of twice the size', { tags: 'long' }, async (_, options) => {
    const { page } = await openSite('#/train', options);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    expect(await headOverlaps(page)).toEqual([]);
    expect(await overflow(page)).toEqual([]);
  });

  it.each(VIEWS)('moves nothing for those who asked for less motion: %s', { tags: 'long' }, async (view) => {
    const { page } = await openSite(`#/${view}`, { reducedMotion: 'reduce' });
    const moving = () =>
      page.evaluate(() =>
        document
          .getAnimations()
          .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 10)
          .filter((animation) => !/color|opacity|shadow/.test((animation as CSSTransition).transitionProperty ?? ''))
          .map((animation) => {
            const { target } = animation.effect as KeyframeEffect;
            const { animationName, transitionProperty } = animation as CSSAnimation & CSSTransition;
            return `${animationName ?? transitionProperty} of ${target?.tagName}.${target?.className}`;
          }),
      );
    expect(await moving()).toEqual([]);
    await page.getByRole('link', { name: VIEW_NAMES.model }).click();
    expect(await moving()).toEqual([]);
  });

  it('shows a view that it does not know as the first', { tags: 'long' }, async () => {
    const { page } = await openSite('#/nowhere?seed=1');
    await expect.poll(() => page.title()).toBe(`${VIEW_NAMES.sample} · Onnoise`);
  });
});

/** Parts of the head that are painted over each other: the name, each link of the menu as far as it shows, the themes. */
const headOverlaps = (page: Page) =>
  page.evaluate(() => {
    const nav = document.querySelector('.nav')!;
    const menu = nav.getBoundingClientRect();
    const clips = getComputedStyle(nav).overflowX !== 'visible';
    const parts = [...document.querySelectorAll('.brand, .nav a, .header .segmented-row')].map((part) => {
      const { left, right, top, bottom } = part.getBoundingClientRect();
      const within = clips && nav.contains(part);
      return {
        name: part.textContent,
        left: within ? Math.max(left, menu.left) : left,
        right: within ? Math.min(right, menu.right) : right,
        top,
        bottom,
      };
    });
    const shown = parts.filter(({ left, right }) => right - left > 1);
    return shown.flatMap((a, i) =>
      shown
        .slice(i + 1)
        .filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
        .map((b) => `${a.name} and ${b.name}`),
    );
  });
