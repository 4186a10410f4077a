/** The chapter on why: the triangle, and pictures with few and many steps. */
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the chapter on why', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('moves through the triangle by pointer and by keyboard, and makes pictures', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/why');
    const chosen = page.getByRole('img', { name: /^The trilemma/ });
    await expect.poll(() => chosen.getAttribute('aria-label')).toContain('with 5 steps');
    const { x, y, width, height } = (await chosen.boundingBox())!;
    await page.mouse.move(x + width * 0.45, y + height * 0.6);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.9, y + height * 0.6, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => chosen.getAttribute('aria-label')).toContain('with 250 steps');
    await page.getByRole('radio', { name: '250' }).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => chosen.getAttribute('aria-label')).toContain('with 5 steps');
    await page.getByRole('button', { name: 'Make 6 pictures with 5 steps' }).click();
    await page.getByText(/on this device$/).waitFor();
    expect(await page.getByRole('img', { name: /^a \d in 5 steps$/ }).count()).toBe(6);
  });

  it('moves a VAE, a flow and diffusion by hand, and trains a GAN while one watches', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/why');
    const family = (name: string) => page.getByRole('region', { name, exact: true });
    const good = async (name: string) => Number.parseInt((await family(name).locator('dd').first().textContent())!, 10);
    for (const [name, end] of [
      ['VAE', 'to new pictures'],
      ['Flow', 'layer 4 of 4'],
      ['Diffusion', '50 of 50 calls'],
    ] as const) {
      const moment = family(name).getByRole('slider', { name: 'Moment' });
      await moment.focus();
      await page.keyboard.press('End');
      await expect.poll(() => moment.getAttribute('aria-valuetext')).toBe(end);
      await family(name)
        .getByRole('img', { name: new RegExp(end) })
        .waitFor();
    }
    await expect.poll(() => good('Diffusion')).toBeGreaterThan(95);
    await family('Diffusion').getByRole('radio', { name: '1', exact: true }).check();
    await expect.poll(() => good('Diffusion')).toBe(0);
    const sharp = await good('VAE');
    await family('VAE').getByRole('slider', { name: 'Blur of the codes' }).fill('0.9');
    await expect.poll(() => good('VAE')).toBeLessThan(sharp / 2);

    const gan = family('GAN');
    const rounds = async () => Number.parseInt((await gan.getByText(/ rounds$/).textContent())!.replace(',', ''), 10);
    await gan.getByRole('button', { name: 'Train' }).click();
    await expect.poll(rounds).toBeGreaterThan(5);
    await gan.getByRole('button', { name: 'Pause' }).click();
    await gan.getByRole('button', { name: 'Train on' }).waitFor();
    const at = await rounds();
    await page.waitForTimeout(100);
    expect(await rounds()).toBe(at);
    await gan.getByRole('button', { name: 'Start again' }).click();
    await expect.poll(rounds).toBe(0);
  });

  it('plays to the end, and is there at once where motion is not wanted', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/why', { reducedMotion: 'reduce' });
    const flow = page.getByRole('region', { name: 'Flow', exact: true });
    const moment = () => flow.getByRole('slider', { name: 'Moment' }).inputValue();
    await flow.getByRole('button', { name: 'Play' }).click();
    await expect.poll(moment).toBe('100');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await flow.getByRole('button', { name: 'Play' }).click();
    await flow.getByRole('button', { name: 'Pause' }).waitFor();
    await expect.poll(async () => Number(await moment())).toBeLessThan(100);
    await flow.getByRole('button', { name: 'Play' }).waitFor();
    expect(await moment()).toBe('100');
  });

  it('shows pictures of each use in medicine, once they are near the screen', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/why');
    const strips = page.locator('.learn-use-strip img');
    await strips.first().waitFor({ state: 'attached' });
    expect(await strips.count()).toBe(6);
    for (const strip of await strips.all()) {
      await strip.scrollIntoViewIfNeeded();
      const size = () => strip.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);
      const names = await strip.locator('xpath=..').locator('figcaption span').count();
      await expect.poll(size).toEqual([64 * names, 64]);
    }
  });
});
