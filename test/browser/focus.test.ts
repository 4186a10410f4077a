/** Where the focus is after a press that disables or removes what was pressed. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the focus', IN_CHROMIUM, () => {
  const { openSite } = useSite();
  const open = async (hash: string, options = {}) => (await openSite(hash, options)).page;
  const focused = (page: Page) => page.evaluate(() => document.activeElement!.textContent!.trim());
  const press = async (page: Page, name: string) => {
    const button = page.getByRole('button', { name, exact: true });
    await expect.poll(() => button.isEnabled()).toBe(true);
    await button.focus();
    await page.keyboard.press('Enter');
  };

  it('stays on a button of the walk through sampling while the network is asked, and at the end', {
    tags: 'long',
  }, async () => {
    const page = await open('#/learn/sampling');
    await page.getByRole('radio', { name: '10', exact: true }).check({ force: true });
    await press(page, 'Next line');
    await press(page, 'Next line');
    const next = page.getByRole('button', { name: 'Next line' });
    await page.keyboard.press('Enter'); // nothing, or the line after
    await page.getByRole('img', { name: 'guessed noise' }).waitFor();
    await expect.poll(() => next.isEnabled()).toBe(true);
    expect(await focused(page)).toBe('Next line');
    await press(page, 'To the end');
    await page.getByRole('img', { name: 'the picture' }).waitFor();
    const toTheEnd = page.getByRole('button', { name: 'To the end' });
    await expect.poll(() => toTheEnd.isEnabled()).toBe(false);
    expect(await focused(page)).toBe('To the end');
    await page.keyboard.press('Tab');
    await expect.poll(() => toTheEnd.evaluate((button: HTMLButtonElement) => button.disabled)).toBe(true);
  });

  it('stays on Check after the answer, and on what makes pictures until they are made', { tags: 'long' }, async () => {
    const page = await open('#/learn/guess');
    await press(page, 'Check');
    await page
      .getByText(/^It is/)
      .first()
      .waitFor();
    expect(await focused(page)).toBe('Check');
    await page.goto(page.url().replace('guess', 'why'));
    await page.getByRole('radio', { name: '5', exact: true }).check({ force: true });
    await press(page, 'Make 6 pictures with 5 steps');
    await page.getByText(/on this device$/).waitFor();
    await expect.poll(() => focused(page)).toBe('Make 6 pictures with 5 steps');
  });
});
