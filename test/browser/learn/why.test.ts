/** The chapter on why: the triangle, and pictures with few and many steps. */
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the chapter on why', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('moves through the triangle by pointer and by keyboard, and makes pictures', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/why');
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
});
