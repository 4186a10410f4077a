/** Where the focus is after a press that disables or removes what was pressed. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the focus', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();
  const open = async (hash: string, options = {}) => (await openSite(browser(), host(), hash, options)).page;
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

  it('stays on Sample and Start again where a network learns', { tags: 'long' }, async () => {
    const page = await open('#/learn/learning');
    await press(page, 'Train');
    await press(page, 'Sample');
    const sample = page.getByRole('button', { name: 'Sample' });
    await expect.poll(() => sample.isEnabled()).toBe(false);
    await expect.poll(() => sample.isEnabled()).toBe(true);
    expect(await focused(page)).toBe('Sample');
    await press(page, 'Start again');
    await expect.poll(() => page.getByRole('button', { name: 'Start again' }).isEnabled()).toBe(false);
    expect(await focused(page)).toBe('Start again');
  });

  it('stays on the reset of the schedules, and goes on from what is gone', { tags: 'long' }, async () => {
    const page = await open('#/forward?T=500');
    await press(page, 'Reset');
    await expect.poll(() => page.getByRole('button', { name: 'Reset' }).isEnabled()).toBe(false);
    expect(await focused(page)).toBe('Reset');

    await page.goto(page.url().replace(/#.*/, '#/learn/why'));
    await page.getByRole('link', { name: /^Next/ }).click();
    await page.goto(page.url().replace(/#.*/, '#/learn'));
    await press(page, 'Forget');
    await expect.poll(() => focused(page)).toBe('Start with chapter 1');
  });
});
