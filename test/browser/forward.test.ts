/** The forward process: pictures from any source, numbers of the closed form, a link that restores them. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

describe('the forward process', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('mixes picture and noise as the closed form says, with both schedules', async () => {
    const { page } = await openSite('#/forward?t=100&digit=7');
    await picture(page, 'linear').waitFor();
    for (const t of [100, 300]) {
      await time(page).fill(`${t}`);
      await expect.poll(async () => Number(await share(page, 'linear'))).toBeCloseTo(linearAlphaBar(t, 300), 6);
      expect(Number(await share(page, 'cosine'))).toBeCloseTo(cosineAlphaBar(t, 300), 3);
    }
    // At t = 0 both equal the picture.
    await time(page).fill('0');
    await expect.poll(() => pixels(page, 'linear')).toEqual(await pixels(page, 'cosine'));
    const clean = await pixels(page, 'linear');
    await time(page).fill('150');
    await expect.poll(() => pixels(page, 'linear')).not.toEqual(clean);
    expect(await pixels(page, 'linear')).not.toEqual(await pixels(page, 'cosine'));
  });

  it('begins with a hand, says that nobody was exposed for it, and has others of other ages', {
    tags: 'long',
  }, async () => {
    const { page } = await openSite('#/forward?t=0');
    const hand = page.getByRole('img', { name: /^phantom of a hand, .*male at t = 0, linear schedule/ });
    await hand.waitFor();
    const notice = page.getByText('Synthetic phantom, not a radiograph of a person.');
    await notice.waitFor();
    const sheet = await phantomSheet();
    const shown = async () => (await pixels(page, 'linear')).filter((_, i) => i % 4 === 0).join();
    expect(sheet).toContain(await shown());
    const first = await shown();
    const little = page.getByRole('radio', { name: /^Hand, 2 years( \d months?)?, (fe)?male$/ });
    await little.check({ force: true });
    await expect.poll(shown).not.toBe(first);
    expect(sheet).toContain(await shown());
    await expect.poll(() => page.url()).toContain('hand=1');
    expect(await page.getByRole('radio', { name: /^Hand, / }).count()).toBe(5);
    await page.getByRole('radio', { name: 'Digit 3' }).check({ force: true });
    await expect.poll(() => page.url()).toContain('digit=3');
    expect(await notice.count()).toBe(0);
  });

  it('is brought back by its address, and by the back button', { tags: 'long' }, async () => {
    const { page } = await openSite('#/forward?digit=3');
    await picture(page, 'linear').waitFor();
    await time(page).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).toContain('t=151');
    await page.getByRole('radio', { name: 'Digit 5' }).check({ force: true });
    await expect.poll(() => page.url()).toContain('digit=5');
    const shown = await pixels(page, 'linear');
    await page.getByRole('link', { name: 'Your model' }).click();
    await page.goBack();
    await expect.poll(() => pixels(page, 'linear')).toEqual(shown);
    await page.reload();
    await expect.poll(() => pixels(page, 'linear')).toEqual(shown);
  });

  it('says which values of a link it cannot show', async () => {
    const { page } = await openSite('#/forward?T=500&to=0.5');
    await page.getByText('The link asks for to=0.5, which is not possible here').waitFor();
    expect(await page.getByRole('slider', { name: 'Steps T' }).inputValue()).toBe('500');
  });

  it('takes a file, in gray and in colour, and sends nothing', async () => {
    const { page } = await openSite('#/forward?t=0');
    await picture(page, 'linear').waitFor();
    // The page fetches the files of its other views when it has time. They are no place for a picture.
    const sent: string[] = [];
    page.on('request', (request) => {
      const ofSite = request.method() === 'GET' && /^http:[^?]*\/assets\/[^?]*$/.test(request.url());
      if (request.url().startsWith('http') && !ofSite) sent.push(`${request.method()} ${request.url()}`);
    });
    const buffer = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#c02040' } })
      .png()
      .toBuffer();
    await page.getByLabel('Your file').setInputFiles({ name: 'red.png', mimeType: 'image/png', buffer });
    await page.getByRole('img', { name: /^your picture at t = 0, linear/i }).waitFor();
    await page.getByRole('radio', { name: 'Colour' }).check({ force: true });
    await expect.poll(async () => (await pixels(page, 'linear')).slice(0, 3)).toEqual([0xc0, 0x20, 0x40]);
    expect((await pixels(page, 'linear')).length).toBe(64 * 64 * 4);
    expect(sent).toEqual([]);

    const broken = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await page.getByLabel('Your file').setInputFiles(broken);
    await page.getByRole('alert').filter({ hasText: 'notes.png' }).waitFor();
  });

  it('takes a frame of the camera, and lets go of it', { tags: 'long' }, async () => {
    const { page } = await openSite('#/forward?t=0', { permissions: ['camera'] });
    await page.getByRole('button', { name: 'Camera' }).click();
    const dialog = page.getByRole('dialog');
    const video = await dialog.locator('video').elementHandle();
    await dialog.getByRole('button', { name: 'Take the picture' }).click();
    await page.getByRole('img', { name: /^your picture from the camera at t = 0, linear/i }).waitFor();
    expect(await dialog.isVisible()).toBe(false);
    expect(new Set(await pixels(page, 'linear')).size).toBeGreaterThan(5);
    const live = await video!.evaluate((element: HTMLVideoElement) => {
      const stream = element.srcObject as MediaStream | null;
      return stream?.getTracks().filter(({ readyState }) => readyState === 'live').length ?? 0;
    });
    expect(live).toBe(0);
  });

  it('runs the chain beside the jump', { tags: 'long' }, async () => {
    const { page } = await openSite('#/forward?t=40', { reducedMotion: 'reduce' });
    await picture(page, 'linear').waitFor();
    await page.getByRole('button', { name: 'Run both' }).click();
    await page.getByText('One run. Another adds to the histogram.').waitFor();
    const said = await page.getByText(/^The noise has a standard deviation of/).textContent();
    const [chain, jump, promised] = said!.match(/\d\.\d{3}/g)!.map(Number);
    expect(promised).toBeCloseTo(Math.sqrt(1 - linearAlphaBar(40, 300)), 3);
    // 784 values: a standard error of 2.5 %.
    for (const deviation of [chain!, jump!]) expect(Math.abs(deviation / promised! - 1)).toBeLessThan(0.15);
  });
});

const picture = (page: Page, kind: string) => page.getByRole('img', { name: new RegExp(`, ${kind} schedule`) });
const time = (page: Page) => page.getByRole('slider', { name: 'Time t' });
const share = (page: Page, kind: string) =>
  page.getByRole('meter', { name: `Share of the picture, ${kind}` }).getAttribute('value');

/** The gray levels of each shipped phantom. */
async function phantomSheet(): Promise<string[]> {
  const { data, info } = await sharp(join(import.meta.dirname, '../../site/public/hands/phantoms.png'))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const row = (x: number, y: number) => Array.from(data.subarray(y * info.width + x, y * info.width + x + 64));
  return Array.from({ length: 120 }, (_, n) => {
    const [left, top] = [(n % 12) * 64, Math.floor(n / 12) * 64];
    return Array.from({ length: 64 }, (_, y) => row(left, top + y))
      .flat()
      .join();
  });
}

/** RGBA as drawn. */
const pixels = (page: Page, kind: string): Promise<number[]> =>
  picture(page, kind).evaluate((canvas: HTMLCanvasElement) =>
    Array.from(canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data),
  );

/** The tutorial's: beta from 0.0001 to 0.02. */
function linearAlphaBar(t: number, T: number): number {
  let product = 1;
  for (let i = 0; i < t; i++) product *= 1 - (0.0001 + (i / (T - 1)) * (0.02 - 0.0001));
  return product;
}

/** Nichol and Dhariwal 2021, (17), with the offset 0.008; beta is kept within 0.0001 and 0.9999. */
function cosineAlphaBar(t: number, T: number): number {
  const f = (t: number) => Math.cos(((t / T + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
  let product = 1;
  for (let i = 1; i <= t; i++) product *= 1 - Math.min(0.9999, Math.max(0.0001, 1 - f(i) / f(i - 1)));
  return product;
}
