/** The chapter on learning: a network that is trained in the tab. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

/** For hundreds of steps on a busy processor. */
const PATIENCE = { timeout: 120_000 };

describe('the chapter on learning', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  const rounds = async (page: Page) => {
    const text = await page.getByRole('list', { name: 'Algorithm 1, training' }).textContent();
    return Number(/(\d+) times so far/.exec(text ?? '')?.[1]);
  };

  it('lights the lines of the first rounds, then trains, samples, and starts again', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/learning');
    await page.getByRole('button', { name: 'Train' }).click();
    const lit = () => page.locator('.learn-line[aria-current="step"]').textContent();
    for (const line of [/the data/, /one timestep/, /𝒩/, /correct θ/]) await expect.poll(lit).toMatch(line);
    await expect.poll(() => rounds(page), PATIENCE).toBeGreaterThan(250);
    await page.getByRole('button', { name: 'Pause' }).click();
    const loss = async () =>
      Number(
        /([\d.]+) after/.exec(
          (await page.getByRole('img', { name: /The loss so far/ }).getAttribute('aria-label'))!,
        )![1],
      );
    expect(await loss()).toBeLessThan(0.6);
    let at = -1; // a round that was begun is finished after the pause
    await expect
      .poll(async () => {
        const before = at;
        at = await rounds(page);
        return at === before;
      })
      .toBe(true);
    await page.getByRole('button', { name: 'Sample' }).click();
    await page.getByText('Done.', { exact: false }).first().waitFor();
    expect(await rounds(page)).toBe(at);
    await page.getByRole('button', { name: 'Start again' }).click();
    await expect.poll(() => rounds(page)).toBe(0);
  });

  it('is broken by a rate that is too large, is told why, and begins anew with another width', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite('#/learn/learning?rate=1');
    const knobs = page.getByRole('region', { name: 'Something to break' });
    expect(await knobs.getByRole('slider', { name: 'Learning rate' }).getAttribute('aria-valuetext')).toBe('1');
    await page.getByRole('button', { name: 'Train' }).click();
    const alert = page
      .getByRole('alert')
      .getByText(/^The loss is .* at a learning rate of 1 each correction overshoots/);
    await alert.waitFor(PATIENCE);
    const stopped = await rounds(page);
    await knobs.getByRole('slider', { name: 'Learning rate' }).fill('4');
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await alert.waitFor({ state: 'detached' });
    await expect.poll(() => rounds(page), PATIENCE).toBeGreaterThan(stopped + 20);

    await knobs.getByRole('radio', { name: '2', exact: true }).first().check();
    await knobs.getByText(/another width has other weights: training has begun anew/).waitFor();
    await knobs.getByText(/^2 neurons in a layer cannot bend/).waitFor();
    await page.getByText('network of 34 weights').waitFor();
    await expect.poll(() => rounds(page), PATIENCE).toBeGreaterThan(3);
    await knobs.getByRole('button', { name: 'Linear in 20' }).click();
    await knobs.getByText(/still holds 90.?% of the picture/).waitFor();
    await expect.poll(() => page.url()).toMatch(/#\/learn\/learning\?T=20&schedule=linear$/);
    await page.getByRole('button', { name: 'Pause' }).click();
    const time = page.getByRole('slider', { name: 'Arrows at time t' });
    expect(await time.getAttribute('max')).toBe('19');
  });

  it('trains on after a quick pause, and does not train while it samples', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/learning');
    for (const name of ['Train', 'Pause', 'Train']) await page.getByRole('button', { name }).click();
    await expect.poll(() => rounds(page), PATIENCE).toBeGreaterThan(20);
    for (const name of ['Pause', 'Train on']) await page.getByRole('button', { name }).click();
    const at = await rounds(page);
    await expect.poll(() => rounds(page), PATIENCE).toBeGreaterThan(at + 20);
    await page.getByRole('button', { name: 'Sample' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Train on' }).isEnabled()).toBe(false);
    await expect.poll(() => page.getByRole('button', { name: 'Train on' }).isEnabled()).toBe(true);
  });

  it('moves the mean with an outlier and leaves the median', async () => {
    const { page } = await openSite('#/learn/learning');
    const figure = page.getByRole('img', { name: /answers, their mean/ });
    const told = async () => {
      const [, mean, median] = /mean (\S+) and their median (\S+)/.exec((await figure.getAttribute('aria-label'))!)!;
      return [mean, median].map((value) => Number(value!.replace('−', '-')));
    };
    await figure.waitFor();
    const [before, middle] = await told();
    await figure.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await figure.boundingBox())!;
    await page.mouse.move(x + 0.6 * width, y + 0.5 * height);
    await page.mouse.down();
    await page.mouse.move(x + 0.99 * width, y + 0.5 * height);
    await page.mouse.up();
    await expect.poll(async () => (await told())[0]).toBeGreaterThan(before! + 0.1);
    expect((await told())[1]).toBe(middle);
    await page.getByRole('slider', { name: 'The outlier' }).fill('-2');
    await expect.poll(async () => (await told())[0]).toBeLessThan(before!);
  });
});
