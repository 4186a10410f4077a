/** The chapter on learning: a network that is trained in the tab. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '../support/browser/chromium.ts';
import { openSite } from '../support/browser/site.ts';
import { useBrowser, useHost } from '../support/browser/visit.ts';
import { skipBecause } from '../support/skip.ts';

describe('the chapter on learning', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  const rounds = async (page: Page) => {
    const text = await page.getByRole('list', { name: 'Algorithm 1, training' }).textContent();
    return Number(/(\d+) times so far/.exec(text ?? '')?.[1]);
  };

  it('lights the lines of the first rounds, then trains, samples, and starts again', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/learning');
    await page.getByRole('button', { name: 'Train' }).click();
    const lit = () => page.locator('.learn-line[aria-current="step"]').textContent();
    for (const line of [/the data/, /one timestep/, /𝒩/, /correct θ/]) await expect.poll(lit).toMatch(line);
    await expect.poll(() => rounds(page)).toBeGreaterThan(250);
    await page.getByRole('button', { name: 'Pause' }).click();
    const loss = async () =>
      Number(
        /([\d.]+) after/.exec(
          (await page.getByRole('img', { name: /The loss so far/ }).getAttribute('aria-label'))!,
        )![1],
      );
    expect(await loss()).toBeLessThan(0.6);
    const at = await rounds(page);
    await page.getByRole('button', { name: 'Sample' }).click();
    await page.getByText('Done.', { exact: false }).first().waitFor();
    expect(await rounds(page)).toBe(at);
    await page.getByRole('button', { name: 'Start again' }).click();
    await expect.poll(() => rounds(page)).toBe(0);
  });
});
