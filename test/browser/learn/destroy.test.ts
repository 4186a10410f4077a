/** The chapter on the forward process. */
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the chapter on noise', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('moves and widens the bell with beta, draws from it, and runs chain and jump', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/destroy');
    const bell = page.getByRole('img', { name: /^A bell around/ });
    await expect.poll(() => bell.getAttribute('aria-label')).toContain('around 0.79, 0.14 wide');
    await page.getByRole('slider', { name: 'β of this step' }).fill('100');
    await expect.poll(() => bell.getAttribute('aria-label')).toMatch(/around (0|0\.0), 1\.0 wide/);
    await page.getByText('Done.', { exact: false }).first().waitFor();
    await page.getByRole('button', { name: 'Draw 500 times' }).click();
    await expect.poll(() => bell.locator('.learn-bell-bar').count()).toBe(60);
    await page.getByRole('slider', { name: 'Many steps: t' }).fill('40');
    await page.getByRole('button', { name: 'Run both' }).click();
    await page.getByText(/As measured, the jump was/).waitFor();
  });

  it('says what is missing where the hands cannot be fetched, and tries again', async () => {
    host().fault(/phantoms\.json/, { dead: true });
    const { page } = await openSite(browser(), host(), '#/learn/destroy', { allow: [/phantoms\.json/] });
    const alert = page.getByRole('alert');
    await alert.getByText('Cannot fetch the hands: there is no connection.', { exact: true }).waitFor();
    await page.getByText('There is no picture yet to run it on.').waitFor();
    host().mend();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Run both' }).isEnabled()).toBe(true);
    expect(await alert.count()).toBe(0);
  });
});
