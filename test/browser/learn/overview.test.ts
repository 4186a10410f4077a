/** The overview: the lecture as one picture that moves, whose parts open the chapters; and the papers. */
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { faults } from '#test/browser/axe.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { DESKTOP, heading, openSite, overflow, PHONE } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the overview', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it.each([
    ['a desktop', DESKTOP, 'light'],
    ['a phone', PHONE, 'dark'],
  ] as const)('has a part for each chapter, is accessible and fits: on %s', async (_, size, colorScheme) => {
    const { page } = await openSite(browser(), host(), '#/learn', { ...size, colorScheme, reducedMotion: 'reduce' });
    const map = page.locator('.learn-map');
    await map.locator('image').first().waitFor();
    expect(await map.getByRole('link').evaluateAll((links) => links.map((one) => one.getAttribute('href')))).toEqual(
      CHAPTERS.map(({ id }) => `#/learn/${id}`),
    );
    expect(await faults(page)).toEqual([]);
    expect(await overflow(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => overflow(page)).toEqual([]);
  });

  it('moves, stops when asked, and stands still for who wants less motion', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn');
    const packets = (of = page) => of.locator('.learn-map-packet').count();
    await expect.poll(() => packets()).toBeGreaterThan(0);
    const step = () =>
      page
        .locator('.learn-map')
        .getByText(/^step \d+ of 10$/)
        .textContent();
    const first = await step();
    await expect.poll(step, { timeout: 15_000 }).not.toBe(first);
    await page.getByRole('button', { name: 'Pause' }).click();
    const drawing = () => page.locator('.learn-map-drawing').innerHTML();
    const stopped = await drawing();
    await page.waitForTimeout(300);
    expect(await drawing()).toBe(stopped);

    const calm = await openSite(browser(), host(), '#/learn', { reducedMotion: 'reduce' });
    await calm.page.locator('.learn-map image').first().waitFor();
    expect(await packets(calm.page)).toBe(0);
    expect(await calm.page.getByText(/^loss 0\./).count()).toBe(1);
    await calm.page.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => packets(calm.page)).toBeGreaterThan(0);
  });

  it('names a part that has the focus, and opens its chapter by keyboard', async () => {
    const { page } = await openSite(browser(), host(), '#/learn', { reducedMotion: 'reduce' });
    await page.getByRole('link', { name: 'Chapter 4 Inside the network' }).focus();
    await page.locator('.learn-map-said').getByText(CHAPTERS[3].idea).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => heading(page).textContent()).toBe('Inside the network');
  });

  it('works without its pictures where they cannot be fetched', async () => {
    host().fault(/learn\/map/, { dead: true });
    const { page } = await openSite(browser(), host(), '#/learn', { allow: [/learn\/map/] });
    await page.getByRole('link', { name: 'Chapter 2 Destroy a picture' }).click();
    await expect.poll(() => heading(page).textContent()).toBe('Destroy a picture');
    host().mend();
  });

  it('leads to the sheet of all exercises', async () => {
    const { page } = await openSite(browser(), host(), '#/learn', { reducedMotion: 'reduce' });
    await page.getByRole('link', { name: /^Exercises, for the teacher/ }).click();
    await expect.poll(() => heading(page).textContent()).toBe('Exercises');
  });

  it('leads to the papers, and a claim of a chapter to its entry', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn', { reducedMotion: 'reduce' });
    await page.getByRole('link', { name: /Further reading/ }).click();
    await expect.poll(() => heading(page).textContent()).toBe('Further reading');
    expect(await faults(page)).toEqual([]);
    const first = page.getByRole('listitem').filter({ hasText: 'Denoising Diffusion Probabilistic Models' }).first();
    expect(await first.getByRole('link').getAttribute('href')).toBe('https://arxiv.org/abs/2006.11239');

    await page.goto(page.url().replace(/#.*/, '#/learn/why'));
    await page.getByRole('link', { name: 'Dhariwal & Nichol 2021' }).click();
    const entry = page.locator('#paper-dhariwal2021');
    await entry.waitFor();
    expect(await entry.getAttribute('aria-current')).toBe('true');
    expect(await entry.getByRole('link').textContent()).toBe('Diffusion Models Beat GANs on Image Synthesis');
  });
});
