/** The first minute: something to see while megabytes load, large enough on a phone, and where to go next. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { openSite, PHONE } from '#test/browser/site.ts';
import { useBrowser, useHost } from '#test/browser/visit.ts';
import { skipBecause } from '#test/skip.ts';

/** CSS pixels. */
const LEAST = 72;
const CUT_OFF = /net::ERR_ABORTED/;

describe('the first minute', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  const host = useHost({ compress: true });
  const recording = (page: Page) => page.getByText(/^a recording, step \d+ of 20$/);

  it('plays a recording while the model loads, on a phone in large pictures, and says how much is left', async () => {
    let arrive = () => {};
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    host().fault(/\.wasm$/, { hold: { after: 100_000, until } });
    const { page } = await openSite(browser(), host(), '', { ...PHONE, allow: [CUT_OFF] });
    await recording(page).waitFor();
    const step = await recording(page).textContent();
    await expect.poll(() => recording(page).textContent()).not.toBe(step);
    await page
      .getByText(/Fetching onnxruntime, .* of (14|17|27) MB/)
      .first()
      .waitFor();
    const sides = await page.locator('.sample-cell canvas').evaluateAll((all) => all.map((one) => one.clientWidth));
    expect(sides).toHaveLength(20);
    expect(Math.min(...sides)).toBeGreaterThanOrEqual(LEAST);
    arrive();
    await page.getByText('Ready: press Sample to make them here').waitFor();
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('2'); // ten pictures of twenty steps take long
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await page.getByText(/^10 pictures in/).waitFor();
    expect(await recording(page).count()).toBe(0);
    await page.getByRole('link', { name: 'Learn how it works' }).click();
    await page.getByRole('heading', { level: 1, name: 'Learn how diffusion works' }).waitFor();
  });

  it('leaves the processor to the recording at first, for a visitor who does nothing', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host());
    await recording(page).waitFor();
    await page.getByText('Ready: press Sample to make them here').waitFor();
    const started = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .flatMap(({ name, startTime }) => (/\/onnoise-worker-/.test(name) ? [startTime] : [])),
    );
    expect(started).toHaveLength(1);
    expect(started[0]).toBeGreaterThan(4000);
  });

  it('shows the end of the recording, still, to those who asked for less motion', async () => {
    const { page } = await openSite(browser(), host(), '', { reducedMotion: 'reduce', allow: [CUT_OFF] });
    await page.getByText('a recording, step 20 of 20').waitFor();
  });

  it('keeps the bar of time above what it moves, and in view', { tags: 'long' }, async () => {
    const { page } = await openSite(browser(), host(), '#/forward', PHONE);
    const bar = page.locator('.forward-bar');
    await page.getByRole('img', { name: /, linear schedule/ }).waitFor();
    const box = async (selector: string) => (await page.locator(selector).first().boundingBox())!;
    const [above, pictures] = [await box('.forward-bar'), await box('.forward-pair')];
    expect(above.y + above.height).toBeLessThanOrEqual(pictures.y);
    await page.mouse.wheel(0, 1500);
    await expect.poll(async () => (await bar.boundingBox())!.y).toBeLessThan(1);
    expect((await bar.boundingBox())!.y).toBeGreaterThanOrEqual(0);
    await page.getByRole('slider', { name: 'Time t' }).fill('40');
    await expect.poll(() => page.getByRole('slider', { name: 'Time t' }).inputValue()).toBe('40');
  });
});
