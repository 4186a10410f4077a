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

  it('moves one fixed draw with mean and deviation, whose gradient is 1 and epsilon, and draws another', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/destroy');
    const card = page.getByRole('region', { name: 'The reparametrisation trick' });
    const drawing = card.getByRole('img', { name: /^ε = / });
    const numbers = async () => {
      const label = (await drawing.getAttribute('aria-label'))!;
      const [epsilon, drawn, , slope] = label.match(/-?\d+(\.\d+)?/g)!.map(Number);
      return { epsilon, drawn, slope };
    };
    const before = await numbers();
    expect(before.slope).toBe(before.epsilon);
    expect(before.drawn).toBeCloseTo(0.5 + 0.8 * before.epsilon!, 1);
    await card.getByRole('slider', { name: 'Mean μ' }).fill('-1');
    await expect.poll(async () => (await numbers()).drawn).toBeCloseTo(-1 + 0.8 * before.epsilon!, 1);
    await card.getByRole('slider', { name: 'Deviation σ' }).focus();
    await page.keyboard.press('Home');
    await expect.poll(async () => (await numbers()).drawn).toBeCloseTo(-1 + 0.05 * before.epsilon!, 1);
    expect((await numbers()).epsilon).toBe(before.epsilon);
    await expect
      .poll(async () => {
        await card.getByRole('button', { name: 'Draw ε' }).click(); // two draws may agree to the two decimals on show
        return (await numbers()).epsilon;
      })
      .not.toBe(before.epsilon);
    await card.getByRole('radio', { name: 'Of xₜ' }).check();
    await card.getByRole('slider', { name: 'Time t of the jump' }).fill('300');
    await card.getByText(/^xt\s*=.* = 0\.22 · 0\.80 \+ 0\.98/).waitFor();
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
