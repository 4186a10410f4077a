/** The chapter on the data: size, window and batch of phantoms. */
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the chapter on the data', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('makes a phantom smaller, and says what is left', async () => {
    const { page } = await openSite('#/learn/data');
    const small = page.getByRole('img', { name: '64 × 64', exact: true });
    await expect.poll(() => small.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(64);
    await page.getByRole('slider', { name: 'Size', exact: true }).fill('1');
    await page.getByText('256 numbers a picture. Still to be seen: a hand, perhaps.').waitFor();
    await page.getByText('Done.', { exact: false }).first().waitFor();
    await page.getByText('Synthetic phantom, not a radiograph of a person.').waitFor();
  });

  it('cuts off what lies outside of the window', async () => {
    const { page } = await openSite('#/learn/data');
    const after = page.getByRole('img', { name: /^Values after/ });
    await page.getByText('Cut off: 0 % to black, 0 % to white.').waitFor();
    expect(await after.locator('.learn-histogram-edge').count()).toBe(0);
    const mean = async () =>
      Number(/mean (−?[\d.]+)/.exec((await after.getAttribute('aria-label'))!)![1]!.replace('−', '-'));
    const before = await mean();
    await page.getByRole('radio', { name: 'Bones' }).check();
    await page.getByText(/Cut off: [1-9]\d % to black, \d+ % to white/).waitFor();
    expect(await after.locator('.learn-histogram-edge').count()).toBeGreaterThan(0);
    expect(await mean()).toBeLessThan(before);
    await page.getByRole('slider', { name: 'Level, its middle' }).fill('20');
    await expect.poll(mean).toBeGreaterThan(before);
    expect(await page.getByRole('radio', { name: 'Your own' }).isChecked()).toBe(true);
  });

  it('draws batches, whose gradients are the calmer the larger they are', async () => {
    const { page } = await openSite('#/learn/data');
    const size = page.getByRole('slider', { name: 'Batch size B' });
    const noise = async () => {
      const text = await page.getByText(/^Gradients of 300 batches/).textContent();
      return Number(/lie ([\d.]+) from/.exec(text ?? '')![1]);
    };
    await page.getByRole('img', { name: '32 phantoms' }).waitFor();
    const usual = await noise();
    await size.fill('0');
    await page.getByRole('img', { name: 'One phantom' }).waitFor();
    expect((await noise()) / usual).toBeGreaterThan(4.5); // √32 = 5.7
  });
});
