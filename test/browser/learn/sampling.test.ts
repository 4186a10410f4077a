/** The chapter on sampling: line by line it makes the picture that the sampler makes. */

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { grays, picturesOfNode, ROUNDING } from '#test/browser/pictures.ts';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits');

describe('the chapter on sampling', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();

  it('goes line by line, and to the picture that Node makes of the same noise', async () => {
    const { page } = await openSite('#/learn/sampling');
    const lit = () => page.locator('.learn-line[aria-current="step"]').textContent();
    const next = page.getByRole('button', { name: 'Next line' });
    await expect.poll(() => next.isEnabled()).toBe(true);
    await page.getByRole('radio', { name: '10', exact: true }).check({ force: true });
    await next.click();
    await expect.poll(lit).toContain('t = 999');
    await next.click();
    await page.getByRole('img', { name: 'guessed noise' }).waitFor();
    expect(await page.getByRole('img', { name: 'guessed picture' }).count()).toBe(0);
    await next.click();
    await page.getByRole('img', { name: 'guessed picture' }).waitFor();
    await page.getByRole('button', { name: 'To the end' }).click();
    await page.getByRole('img', { name: 'the picture' }).waitFor();
    await page.getByText('Done.', { exact: false }).first().waitFor();

    const request = { seed: 5, labels: [3], steps: 10, sampler: 'ddpm', guidance: 1 } as const;
    const made = await picturesOfNode(DIGITS, request);
    expectClose(await grays(page.getByRole('img', { name: 'the picture' })), made, { absolute: ROUNDING });
  });

  it('lets two bells meet', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/sampling');
    const bells = page.getByRole('region', { name: 'One step back, as two bells' });
    const apart = async () => Number(await bells.locator('.learn-step-result strong').textContent());
    const drawing = bells.getByRole('img', { name: /^Two bells/ });
    expect(await apart()).toBeGreaterThan(0.01);
    await bells.getByRole('slider', { name: 'The guessed noise is off by' }).fill('0');
    await expect.poll(apart).toBe(0);
    const [, mean, guess] = /around (\S+) with x₀, around (\S+) with/.exec(
      (await drawing.getAttribute('aria-label'))!,
    )!;
    expect(guess).toBe(mean);
    await bells.getByRole('slider', { name: 'The guessed noise is off by' }).fill('0.5');
    await expect.poll(apart).toBeGreaterThan(0);
  });

  it('shows the numbers of the pixel that is pressed', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/sampling');
    const picture = page.locator('.learn-panel-pick').first();
    await picture.locator('canvas').waitFor();
    await picture.click({ position: { x: 2, y: 2 } });
    await expect.poll(() => page.getByRole('slider', { name: 'Row' }).inputValue()).toBe('0');
    await page.getByRole('slider', { name: 'Column' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('slider', { name: 'Column' }).inputValue()).toBe('1');
  });

  it('tries again where the folder of the model could not be fetched', async () => {
    host().fault(/models\/digits\/.*json/, { dead: true });
    const { page } = await openSite('#/learn/sampling', { allow: [/models\/digits/] });
    const alert = page.getByRole('alert');
    await alert.getByText(/^Cannot/).waitFor();
    host().mend();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Next line' }).isEnabled()).toBe(true);
    expect(await alert.count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(false);
  });
});
