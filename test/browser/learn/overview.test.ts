/** The overview: the way to chapters, exercises and papers. */
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { faults } from '#test/browser/axe.ts';
import { DESKTOP, heading, overflow, PHONE, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the overview', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it.each([
    ['a desktop', DESKTOP, 'light'],
    ['a phone', PHONE, 'dark'],
  ] as const)('leads to each chapter, is accessible and fits: on %s', async (_, size, colorScheme) => {
    const { page } = await openSite('#/learn', { ...size, colorScheme });
    for (const { title } of CHAPTERS) await page.getByRole('link').filter({ hasText: title }).first().waitFor();
    expect(await faults(page)).toEqual([]);
    expect(await overflow(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect.poll(() => overflow(page)).toEqual([]);
  });

  it('leads to the papers, and a claim of a chapter to its entry', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn');
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
