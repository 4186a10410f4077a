/** The chapter on the forward process. */
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the chapter on noise', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('moves and widens the bell with beta, draws from it, and runs chain and jump', async () => {
    const { page } = await openSite('#/learn/destroy');
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

  it('moves one fixed draw with mean and deviation, and draws another', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite('#/learn/destroy');
    const card = page.getByRole('region', { name: 'The reparametrisation trick' });
    const drawing = card.getByRole('img', { name: /^ε = / });
    const numbers = async () => {
      const label = (await drawing.getAttribute('aria-label'))!;
      const [epsilon, drawn] = label.match(/-?\d+(\.\d+)?/g)!.map(Number);
      return { epsilon, drawn };
    };
    const before = await numbers();
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
});
