/** The chapter on the network: every block has its feature maps, skips carry them, and t is told. */
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the chapter on the network', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('shows what each block makes of the picture, other maps at another t', { tags: 'long' }, async () => {
    const { page } = await openSite('#/learn/network');
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

  it('says what travels along a skip, and guesses worse once it is cut', async () => {
    const { page } = await openSite('#/learn/network');
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
});
