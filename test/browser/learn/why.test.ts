/** The chapter on why: the triangle, and pictures with few and many steps. */
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the chapter on why', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('moves through the triangle by pointer and by keyboard, and makes pictures', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/why');
    const chosen = page.getByRole('img', { name: /^The trilemma/ });
    await expect.poll(() => chosen.getAttribute('aria-label')).toContain('with 5 steps');
    const { x, y, width, height } = (await chosen.boundingBox())!;
    await page.mouse.move(x + width * 0.45, y + height * 0.6);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.9, y + height * 0.6, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => chosen.getAttribute('aria-label')).toContain('with 250 steps');
    await page.getByRole('radio', { name: '250' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => chosen.getAttribute('aria-label')).toContain('with 5 steps');
    await page.getByRole('button', { name: 'Make 6 pictures with 5 steps' }).click();
    await page.getByText(/on this device$/).waitFor();
    expect(await page.getByRole('img', { name: /^a \d in 5 steps$/ }).count()).toBe(6);
  });

  it('shows pictures of each use in medicine, once they are near the screen', async () => {
    const { page } = await openSite('#/learn/why');
    const strips = page.locator('.learn-use-strip img');
    await strips.first().waitFor({ state: 'attached' });
    expect(await strips.count()).toBe(6);
    for (const strip of await strips.all()) {
      await strip.scrollIntoViewIfNeeded();
      const size = () => strip.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);
      const names = await strip.locator('xpath=..').locator('figcaption span').count();
      await expect.poll(size).toEqual([64 * names, 64]);
    }
  });
});
