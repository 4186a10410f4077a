/** The chapter on learning: a network that is trained in the tab. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

/** For hundreds of steps on a busy processor. */
const PATIENCE = { timeout: 120_000 };

describe('the chapter on learning', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  const rounds = async (page: Page) => {
    const text = await page.getByRole('list', { name: 'Algorithm 1, training' }).textContent();
    return Number(/(\d+) times so far/.exec(text ?? '')?.[1]);
  };

  it('lights the lines of the first rounds, then trains, samples, and starts again', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/learning');
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
    const { page } = await openSite(browser(), host(), '#/learn/learning?rate=1');
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
    const { page } = await openSite(browser(), host(), '#/learn/learning');
    for (const name of ['Train', 'Pause', 'Train']) await page.getByRole('button', { name }).click();
    await expect.poll(() => rounds(page), PATIENCE).toBeGreaterThan(20);
    for (const name of ['Pause', 'Train on']) await page.getByRole('button', { name }).click();
    const at = await rounds(page);
    await expect.poll(() => rounds(page), PATIENCE).toBeGreaterThan(at + 20);
    await page.getByRole('button', { name: 'Sample' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Train on' }).isEnabled()).toBe(false);
    await expect.poll(() => page.getByRole('button', { name: 'Train on' }).isEnabled()).toBe(true);
  });

  it('shows a recorded training as a grid, whose cell the sliders and a press choose', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/learning');
    const card = page.locator('.learn-recorded');
    const inkOf = (canvas: HTMLCanvasElement) =>
      canvas
        .getContext('2d')!
        .getImageData(0, 0, canvas.width, canvas.height)
        .data.reduce((sum, value, i) => (i % 4 === 3 ? sum : sum + value), 0);
    const guess = () => card.getByRole('img', { name: 'what it guesses' }).evaluate(inkOf);
    await expect.poll(guess).toBeGreaterThan(0);
    const [training, time] = [
      card.getByRole('slider', { name: 'Training' }),
      card.getByRole('slider', { name: 'Time t' }),
    ];
    await training.fill('6');
    expect(await training.getAttribute('aria-valuetext')).toMatch(/^3,000 steps/);
    const end = await guess();
    await time.fill('0');
    await expect.poll(guess).not.toBe(end);
    await page.getByText('Done. Drag Training').waitFor();
    const grid = card.getByRole('img', { name: /^Guesses after 0 to 3,000 steps/ });
    const { width, height } = (await grid.boundingBox())!;
    await grid.click({ position: { x: width - 3, y: height - 3 } });
    await expect.poll(guess).toBe(end);
    await card.getByRole('radio', { name: 'A 6', exact: true }).check();
    await expect.poll(guess).not.toBe(end);
  });

  it.each([
    { width: 320, text: 16 },
    { width: 390, text: 28 },
  ])(
    'keeps the names beside their rows on a screen of $width with text of $text',
    { tags: 'long' },
    async ({ width, text }) => {
      const { page } = await openSite(browser(), host(), '#/learn/learning', { viewport: { width, height: 800 } });
      await page.evaluate((size) => {
        document.documentElement.style.fontSize = `${size}px`;
      }, text);
      const rows = page.locator('.learn-recorded-strip');
      const middle = (locator: Locator) =>
        locator.evaluate((element) => {
          const { top, height } = element.getBoundingClientRect();
          return top + height / 2;
        });
      const training = page.getByRole('slider', { name: 'Training' });
      for (const [i, name] of ['0', '10', '30', '100', '300', '1,000', '3,000'].entries()) {
        const words = page.locator('.learn-recorded-table').getByText(`${name} steps`, { exact: true });
        expect(Math.abs((await middle(words)) - (await middle(rows.nth(i))))).toBeLessThan(2);
        await rows.nth(i).click({ position: { x: 3, y: 3 } });
        expect(await training.inputValue()).toBe(String(i));
        expect(Math.abs((await middle(page.locator('.learn-recorded-mark'))) - (await middle(words)))).toBeLessThan(2);
      }
    },
  );

  it('takes back what was wrong once the network runs', { tags: 'long' }, async () => {
    host().fault(/cloud-guess/, { dead: true });
    const { page } = await openSite(browser(), host(), '#/learn/learning', { allow: [/cloud-guess/] });
    const alert = page.getByRole('alert');
    await alert.getByText(/^Cannot/).waitFor();
    host().mend();
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText(/^([3-9]|\d{2,}) times so far/).waitFor();
    expect(await alert.count()).toBe(0);
  });

  it('says so where the recording cannot be fetched, and tries again', { tags: 'long' }, async () => {
    host().fault(/recorded-training/, { status: 503 });
    const { page } = await openSite(browser(), host(), '#/learn/learning', { allow: [/503/] });
    const alert = page.getByRole('alert');
    await alert.getByText('Cannot fetch the recording: the server answers 503').waitFor();
    host().mend();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await alert.waitFor({ state: 'detached' });
  });

  it('moves the mean with an outlier and leaves the median, and loses rare answers with L1', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/learning');
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
    await page.getByRole('radio', { name: 'Two camps' }).check();
    await page.getByRole('slider', { name: 'Answers in the right camp' }).fill('4');
    const drawn = (name: string) =>
      page
        .getByRole('meter', { name: `Rare ones drawn with ${name}` })
        .evaluate((meter: HTMLMeterElement) => meter.value);
    await expect.poll(() => drawn('L2')).toBeCloseTo(0.2, 1);
    await expect.poll(() => drawn('L1')).toBeLessThan(0.1);
  });
});
