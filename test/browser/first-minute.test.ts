/** The first minute: something to see while megabytes load, large enough on a phone, and where to go next. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PHONE, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

/** CSS pixels. */
const LEAST = 72;
const CUT_OFF = /net::ERR_ABORTED/;

describe('the first minute', IN_CHROMIUM, () => {
  const { host, openSite } = useSite({ compress: true });
  const recording = (page: Page) => page.getByText(/^a recording, step \d+ of 20$/);

  it('plays a recording while the model loads, on a phone in large pictures, and says how much is left', async () => {
    const arrive = host().hold(/\.wasm$/, 100_000);
    const { page } = await openSite('', { ...PHONE, allow: [CUT_OFF] });
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
    const { page } = await openSite();
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
    const { page } = await openSite('', { reducedMotion: 'reduce', allow: [CUT_OFF] });
    await page.getByText('a recording, step 20 of 20').waitFor();
  });
});
