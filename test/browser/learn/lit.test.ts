/** Symbols and what they name light up together. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('a symbol', IN_CHROMIUM, () => {
  const { openSite } = useSite();
  const outlined = (one: Locator) => one.evaluate((element) => getComputedStyle(element).outlineStyle === 'solid');

  it('lights its picture, a picture its symbol, and the legend both by keyboard', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/sampling');
    const picture = page.locator('.learn-panel', { hasText: 'guessed picture' }).locator('.learn-panel-frame');
    const symbol = page.getByRole('list', { name: 'Algorithm 2, sampling' }).locator('[data-symbol="x^0"]').first();
    await picture.waitFor();
    expect([await outlined(picture), await outlined(symbol)]).toEqual([false, false]);
    await symbol.hover();
    await expect.poll(() => outlined(picture)).toBe(true);
    await page.getByRole('heading', { level: 1 }).hover();
    await expect.poll(() => outlined(picture)).toBe(false);
    await picture.hover();
    await expect.poll(() => outlined(symbol)).toBe(true);

    await page.getByText('The symbols').click();
    await page.mouse.move(0, 0);
    await page.getByRole('listitem').filter({ hasText: 'the picture that follows' }).getByRole('button').focus();
    await expect.poll(async () => [await outlined(picture), await outlined(symbol)]).toEqual([true, true]);
  });
});
