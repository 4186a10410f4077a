/** The chapter on the network: every block has its feature maps, skips carry them, and a wrong t costs. */
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

describe('the chapter on the network', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost();

  it('shows what each block makes of the picture, other maps at another t', { tags: 'long' }, async () => {
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

  it('sends the picture through, block after block, and lights the skips that wait', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network', { reducedMotion: 'reduce' });
    const at = page.getByRole('slider', { name: 'The picture is at' });
    const waiting = page.locator('.learn-skip-carries');
    await page.locator('.learn-block').first().waitFor();
    const blocks = await page.locator('.learn-block').count();
    expect(await waiting.count()).toBe(0);
    for (const [block, skips] of [
      [1, 1],
      [4, 4],
      [blocks, 1],
    ] as const) {
      await at.fill(String(block));
      await expect.poll(() => waiting.count()).toBe(skips);
      expect(await page.locator('.learn-block-lit').count()).toBe(1);
    }
    await page.getByRole('button', { name: 'Send it through' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await expect.poll(() => at.inputValue()).toBe(String(blocks));
    await page.getByRole('button', { name: 'Send it through' }).waitFor();
  });

  it('says what travels along a skip, and guesses worse once it is cut', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network');
    const skips = page.locator('.learn-skip');
    await skips.first().click();
    await page.getByText('beside the 48 that come from below, so that block sees 96.').waitFor();
    await page.getByText('Done.', { exact: false }).first().waitFor();
    const errors = async () => {
      const text = await page.locator('.learn-without .learn-verdict').textContent();
      const [, whole, cut] = /picture: ([\d.]+) with all skips, ([\d.]+) with/.exec(text ?? '') ?? [];
      return { whole: Number(whole), cut: Number(cut) };
    };
    await expect.poll(async () => (await errors()).whole).toBeGreaterThan(0);
    const { whole, cut } = await errors();
    expect(cut).toBe(whole);
    await page.getByRole('checkbox', { name: 'First convolution' }).check();
    await expect.poll(async () => (await errors()).cut / whole).toBeGreaterThan(1.5);
    expect(await skips.first().getAttribute('class')).toContain('learn-skip-cut');
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await expect.poll(async () => (await errors()).cut / whole).toBeGreaterThan(3);
  });

  it('draws the plan of the tutorial’s network', async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network');
    await page.locator('.learn-block').first().waitFor();
    await page.getByRole('radio', { name: 'The tutorial’s' }).check();
    await page
      .getByRole('button', { name: /1024 × 4 × 4/ })
      .first()
      .waitFor();
    expect(await page.locator('.learn-block').count()).toBe(10);
    expect(await page.locator('.learn-skip').count()).toBe(4);
    await page.locator('.learn-skip').last().click();
    await page.getByText('beside the 1024 that come from below, so that block sees 2048.').waitFor();
    await page.getByText('62,437,601 weights', { exact: false }).waitFor();
  });

  it('shows how alike the vectors of two times are, as the sliders set them', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network');
    const slider = (name: string) => page.getByRole('slider', { name, exact: true });
    const alike = async () => {
      const text = await page.getByText(/^Dot product of t =/).textContent();
      const [, dot, share, most] = /: ([−\d.]+), which is ([−\d.]+) of the largest, (\d+)/.exec(text ?? '') ?? [];
      return [dot, share, most].map((value) => Number(value?.replace('−', '-')));
    };
    await slider('The other time, s').fill('1');
    await expect.poll(async () => (await alike())[1]).toBeGreaterThan(0.9);
    await slider('The other time, s').fill('60');
    await expect.poll(async () => (await alike())[1]).toBeLessThan(0.7);
    await slider('Dimension').fill('8');
    await slider('Base').fill('4');
    // cos(60), cos(60 / 10^(1/4)), cos(60 / 10^(2/4)), cos(60 / 10^(3/4))
    const dot = [0, 1, 2, 3].reduce((sum, i) => sum + Math.cos(60 * 10 ** (-i / 4)), 0);
    await expect.poll(async () => (await alike())[0]).toBeCloseTo(dot, 2);
    expect((await alike())[2]).toBe(4);
    const picture = page.getByRole('img', { name: /^The time embedding of all t/ });
    expect(await picture.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(8);
    await page.getByRole('button', { name: 'As in this network' }).click();
    await expect.poll(async () => (await alike())[2]).toBe(24);
  });

  it('guesses best when it is told the truth', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/learn/network');
    for (const lie of ['20', '980']) {
      await page.getByRole('slider', { name: 'Tell the network' }).fill(lie);
      // The answer to the lie before stays until this one is there.
      const verdict = page.locator('.learn-wrong .learn-verdict', { hasText: `with t = ${lie}.` });
      const [, right, wrong] =
        /picture: ([\d.]+) with the right t, ([\d.]+)/.exec((await verdict.textContent()) ?? '') ?? [];
      expect(Number(wrong) / Number(right)).toBeGreaterThan(6); // 8 and 9
    }
  });

  it.each([
    { width: 390, height: 844 },
    { width: 740, height: 360 },
  ])('never covers the focused block, $width × $height', { tags: 'long' }, async (viewport) => {
    const { page } = await openSite(browser(), host(), '#/learn/network', { viewport });
    await page.getByRole('img', { name: /feature maps of/ }).waitFor();
    const blocks = page.locator('.learn-block, .learn-skip');
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
