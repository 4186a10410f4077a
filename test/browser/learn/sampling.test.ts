/** The chapter on sampling: line by line it makes the picture that the sampler makes. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModel } from '#runtime-node/index.ts';
import { toBytes } from '#scheduler/model/index.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { skipBecause } from '#test/skip.ts';

const DIGITS = join(import.meta.dirname, '..', '..', '..', 'models', 'digits');

describe('the chapter on sampling', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('goes line by line, and to the picture that Node makes of the same noise', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/sampling');
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
    await page.getByRole('radio', { name: 'Velocity v' }).check({ force: true });
    await page.getByRole('img', { name: 'guessed velocity' }).waitFor();
    await page.getByRole('button', { name: 'To the end' }).click();
    await page.getByRole('img', { name: 'the picture' }).waitFor();
    await page.getByText('Done.', { exact: false }).first().waitFor();

    const pixels = await page.getByRole('img', { name: 'the picture' }).evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return [...data].filter((_, i) => i % 4 === 0);
    });
    const node = await loadModel(DIGITS, { device: 'cpu' });
    const { images } = await node.sample({ seed: 5, labels: [3], steps: 10, sampler: 'ddpm', guidance: 1 });
    await node.dispose();
    expectClose(pixels, toBytes(images), { absolute: 1 });
  });

  it('lets two bells meet, and writes one step in two ways with equal numbers', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/sampling');
    const bells = page.getByRole('region', { name: 'One step back, as two bells' });
    const apart = async () => Number(await bells.locator('.learn-step-result strong').textContent());
    const drawing = bells.getByRole('img', { name: /^Two bells/ });
    expect(await apart()).toBeGreaterThan(0.01);
    await bells.getByRole('slider', { name: 'By' }).fill('0');
    await expect.poll(apart).toBe(0);
    const [, mean, guess] = /around (\S+) with x₀, around (\S+) with/.exec(
      (await drawing.getAttribute('aria-label'))!,
    )!;
    expect(guess).toBe(mean);
    await bells.getByRole('radio', { name: 'Picture x₀' }).check();
    await bells.getByRole('slider', { name: 'By' }).fill('0.5');
    await expect.poll(apart).toBeGreaterThan(0);

    const forms = page.getByRole('region', { name: 'What a, b and σ are' });
    const seen = new Set<string>();
    for (const steps of ['20', '300']) {
      await forms.getByRole('radio', { name: steps }).check();
      const time = forms.getByRole('slider', { name: 'Time t of the step' });
      for (const key of ['Home', 'PageUp', 'End']) {
        await time.focus();
        await page.keyboard.press(key);
        const [theirs, ours] = await forms.locator('output').allTextContents();
        expect(theirs).toMatch(/^−?\d\.\d{10}$/);
        expect(ours).toBe(theirs);
        seen.add(ours!);
      }
    }
    expect(seen.size).toBe(6);
    // Both figures show the same step.
    expect(await bells.getByRole('slider', { name: 'Time t of the step' }).inputValue()).toBe('300');
  });

  it('samples twice from one noise, with one difference, which the link carries', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/sampling?differs=fresh&sampler=ddim&steps=3&seed=7');
    const pair = page.getByRole('region', { name: 'Two ways from one noise' });
    const both = pair.getByRole('button', { name: 'Sample both' });
    const verdict = pair.getByText(/apart at the end/);
    await both.click();
    await verdict.waitFor();
    expect(await verdict.textContent()).toMatch(/^They end at the same picture: 0.00 apart/); // DDIM draws no noise on its way
    expect(await pair.getByText('DDIM, 3 steps, guidance 1: 3 calls of the network').count()).toBe(2);
    const ends = await pair
      .getByRole('img', { name: /after t = \d+$/ })
      .evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
    expect(ends).toHaveLength(6);
    expect(ends.slice(0, 3)).toEqual(ends.slice(3));

    await pair.getByRole('radio', { name: 'Guidance' }).check();
    await pair.getByLabel('Guidance, second').selectOption('8');
    await both.click();
    await verdict.waitFor();
    expect(await verdict.textContent()).toMatch(/^They part/);
    await pair.getByText('DDIM, 3 steps, guidance 8: 6 calls of the network').waitFor();
    await expect.poll(() => page.url()).toMatch(/\?differs=guidance&steps=3&other=8&seed=7$/);
  });

  it('shows the numbers of the pixel that is pressed', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/sampling');
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
    const { page } = await openSite(browser(), host(), '#/learn/sampling', { allow: [/models\/digits/] });
    const alert = page.getByRole('alert');
    await alert.getByText(/^Cannot/).waitFor();
    host().mend();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Next line' }).isEnabled()).toBe(true);
    expect(await alert.count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(false);
  });
});
