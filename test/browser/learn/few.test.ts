/** Few calls, in the chapter on improving: two teachers and a student that learn in the tab. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

/** For thousands of steps on a busy processor. */
const PATIENCE = { timeout: 120_000 };

describe('the figures of few calls', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  const card = (page: Page) => page.getByRole('region', { name: 'Why a straight path needs few steps' });
  const press = (page: Page, name: string) => card(page).getByRole('button', { name, exact: true }).click();
  const slider = (page: Page) => card(page).getByRole('slider', { name: 'Steps' });
  /** Of diffusion, flow matching and the student; NaN where there is none yet. */
  const numbers = async (page: Page, row: string) => {
    const cells = card(page)
      .getByRole('row', { name: new RegExp(`^${row} `) })
      .getByRole('cell');
    return (await cells.allTextContents()).map((text) => Number(text.replace('< ', '')));
  };

  it('learn in the tab, and only the student arrives in one step; the link says what is shown', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/improve?steps=8&data=moons');
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('8 steps');
    expect(await numbers(page, '1')).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    await press(page, 'Learn');
    await card(page).getByRole('button', { name: 'Learnt' }).waitFor(PATIENCE);
    for (const name of ['Diffusion', 'Flow matching', 'Student']) {
      await card(page)
        .getByRole('img', { name: new RegExp(`^${name}: paths of 24 points .*; 8 steps end`) })
        .waitFor();
    }
    await slider(page).focus();
    await page.keyboard.press('Home');
    await page.getByRole('region', { name: 'Try it with few steps' }).getByText('Done.').waitFor();
    await expect.poll(() => page.url()).toContain('#/learn/improve?steps=1&data=moons');
    const [diffusion, flow, student] = await numbers(page, '1');
    expect(student).toBeLessThan(Math.min(diffusion!, flow!) / 5);
    const [, bent, straight] = await numbers(page, 'Bend');
    expect(straight).toBeLessThan(1.05);
    expect(bent).toBeGreaterThan(1.1);
    await card(page).getByRole('radio', { name: 'Learnt from' }).check();
    await card(page)
      .getByRole('img', { name: /^Student: pairs of noise and data/ })
      .waitFor();
    await card(page).getByRole('radio', { name: 'Ring' }).check();
    await expect.poll(() => numbers(page, '1')).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    await card(page).getByRole('button', { name: 'Learn', exact: true }).waitFor();
  });

  it('stop and go on', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/improve');
    await press(page, 'Learn');
    await card(page).getByText('Flow matching learns').waitFor(PATIENCE);
    await press(page, 'Pause');
    const [diffusion] = await numbers(page, '1');
    await press(page, 'Learn on');
    await card(page).getByRole('button', { name: 'Learnt' }).waitFor(PATIENCE);
    expect((await numbers(page, '1'))[0]).toBe(diffusion);
  });

  it('say so where the network cannot be fetched, and what a link asks for in vain', { tags: 'long' }, async () => {
    host().fault(/cloud-step/, { dead: true });
    const allow = [/cloud-step/];
    const { page } = await openSite(browser(), host(), '#/learn/improve?steps=3', { allow });
    await page.getByText('The link asks for steps=3, which is not possible here').waitFor();
    expect(await slider(page).getAttribute('aria-valuetext')).toBe('50 steps');
    await press(page, 'Learn');
    await card(page)
      .getByRole('alert')
      .getByText(/^Cannot/)
      .waitFor();
    host().mend();
    await press(page, 'Learn');
    await card(page).getByText('Flow matching learns').waitFor(PATIENCE);
    expect(await card(page).getByRole('alert').count()).toBe(0);
  });
});
