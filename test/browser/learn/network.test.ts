/** The chapter on the network: every block has its feature maps, and a wrong t costs. */
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the chapter on the network', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('shows what each block makes of the picture, other maps at another t', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network');
    const maps = page.getByRole('img', { name: /feature maps of/ });
    const ink = () =>
      maps.evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return data.reduce((sum, value, i) => (i % 4 === 3 ? sum : sum + value), 0);
      });
    const blocks = page.locator('.learn-block');
    await blocks.first().waitFor();
    await expect.poll(ink).toBeGreaterThan(0);
    const seen = new Set<number>();
    for (const block of await blocks.all()) {
      await block.click();
      const [, channels] = /(\d+) × \d+ × \d+/.exec((await block.textContent()) ?? '')!;
      await page.getByRole('img', { name: new RegExp(`^${channels} feature maps`) }).waitFor();
      seen.add(await ink());
    }
    expect(seen.size).toBe(await blocks.count());
    const before = await ink();
    await page.getByRole('slider', { name: 'Time t' }).fill('900');
    await expect.poll(ink).not.toBe(before);
  });

  it('guesses best when it is told the truth', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network');
    const errors = async () => {
      const text = await page.locator('.learn-wrong .learn-verdict').textContent();
      const [, right, wrong] = /picture: ([\d.]+) with the right t, ([\d.]+) with/.exec(text ?? '') ?? [];
      return { right: Number(right), wrong: Number(wrong) };
    };
    for (const lie of ['20', '980']) {
      await page.getByRole('slider', { name: 'Tell the network' }).fill(lie);
      await expect.poll(async () => (await errors()).wrong / (await errors()).right).toBeGreaterThan(2);
    }
  });

  it.each([
    { width: 390, height: 844 },
    { width: 740, height: 360 },
  ])('never covers the focused block, $width × $height', { tags: 'long' }, async (viewport) => {
    const { page } = await openSite(browser(), host(), '#/learn/network', { viewport });
    await page.getByRole('img', { name: /feature maps of/ }).waitFor();
    const blocks = page.locator('.learn-block');
    const seen = () =>
      page.evaluate(() => {
        const { left, top, width, height } = document.activeElement!.getBoundingClientRect();
        const shown = document.elementFromPoint(left + width / 2, top + height - 4);
        return document.activeElement!.contains(shown);
      });
    await page.evaluate(() => scrollTo(0, 0));
    await blocks.first().focus();
    for (let i = 1; i < (await blocks.count()); i++) {
      await expect.poll(seen, { message: `block ${i}` }).toBe(true);
      await page.keyboard.press('Tab');
    }
  });

  it('shows bars and the chosen block in the colours of a contrast theme', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network', { forcedColors: 'active' });
    const colours = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => {
          const { color, backgroundColor } = getComputedStyle(element);
          return { color, backgroundColor };
        });
    await page.locator('.learn-block').nth(2).click();
    const [chosen, open] = [await colours('[aria-pressed="true"]'), await colours('[aria-pressed="false"]')];
    expect(chosen.backgroundColor).not.toBe(open.backgroundColor);
    expect((await colours('[aria-pressed="true"] .number')).color).toBe(chosen.color);
    for (const [pressed, { color }] of Object.entries({ true: chosen, false: open })) {
      expect((await colours(`[aria-pressed="${pressed}"] .learn-block-bar`)).backgroundColor).toBe(color);
    }
    await page.goto(page.url().replace('network', 'sampling'));
    const line = page.locator('.learn-line[aria-current]');
    await line.waitFor();
    expect(await line.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid');
  });
});
