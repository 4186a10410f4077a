/** The first view in index.html: on the screen before the page's scripts, taken over without a jump, and nobody else's. */
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { seriousFaults } from '#test/browser/axe.ts';
import { DESKTOP, heading, PHONE, takenOver } from '#test/browser/site.ts';
import { IN_CHROMIUM, SITE, useBrowser, useHost, type VisitOptions, visit } from '#test/browser/visit.ts';
import { eachLong } from '#test/each-long.ts';

const SCRIPTS = /\.js$/;
/** Of layout shifts: what a pixel of rounding makes. */
const STILL = 0.001;
/** Ends at the right edge, so that it begins elsewhere when it says something else. */
const GROWS = 'P sample-status';

describe('the first view', IN_CHROMIUM, () => {
  const { browser } = useBrowser();
  const host = useHost();

  /** Opens an address while no script file arrives, until `arrive` is called. */
  async function openHeld(hash: string, options: VisitOptions = {}) {
    const arrive = host().hold(SCRIPTS);
    const opened = await visit(browser(), { serviceWorkers: 'block', ...DESKTOP, init: watch, ...options });
    opened.allow(/net::ERR_ABORTED/); // the test ends while the model loads
    await opened.page.goto(host().origin + SITE + hash, { waitUntil: 'commit' });
    return { ...opened, arrive };
  }

  const places = (page: Page) =>
    page.evaluate(() =>
      ['h1', '.sample-panel-x .sample-grid', '.sample-panel-x0 .sample-grid', '.sample-readout'].map((one) => {
        const { x, y, width } = document.querySelector(one)!.getBoundingClientRect();
        return [one, ...[x, y + scrollY, width].map(Math.round)].join(' ');
      }),
    );

  const devices = [
    { device: 'a desktop', options: { ...DESKTOP, colorScheme: 'dark' as const } },
    { device: 'a phone', options: { ...PHONE, deviceScaleFactor: 2.625 } },
  ];

  eachLong(
    devices,
    'stands before any script has come, and is taken over in its place: $device',
    async ({ options }) => {
      const { page, arrive } = await openHeld('', options);
      await heading(page).getByText('Out of noise, a picture').waitFor();
      const first = page.getByRole('img', { name: /^Picture 1\b/ });
      await first.waitFor();
      await loadedImages(page);
      expect(await page.title()).toBe('Onnoise');
      expect(await page.getByRole('navigation', { name: 'Views' }).getByRole('link').count()).toBe(6);
      expect(await seriousFaults(page)).toEqual([]);
      const held = await places(page);
      const button = (await page.getByRole('button', { name: 'Sample', exact: true }).elementHandle())!;
      const { channels } = await sharp(await page.locator('.sample-panel-x .sample-grid').screenshot()).stats();
      expect(channels[0]!.stdev).toBeGreaterThan(20); // noise, not an empty place

      arrive();
      await takenOver(page);
      await page.getByText(/^a recording, step \d+ of/).waitFor();
      await page.locator('.model-bar-ready').waitFor(); // what is known of the model then moves nothing
      expect(await button.evaluate((element) => element.isConnected)).toBe(true);
      expect(await places(page)).toEqual(held);
      const { shifts, noise } = await seen(page);
      const jumps = shifts.filter(({ moved }) => !moved.every((one) => one.startsWith(GROWS)));
      expect(
        jumps.reduce((sum, { value }) => sum + value, 0),
        JSON.stringify(jumps),
      ).toBeLessThan(STILL);
      expect(noise).toBe(true);
    },
  );

  it('follows a link before its script is there', { tags: 'long' }, async () => {
    const { page, arrive } = await openHeld('');
    await page.getByRole('link', { name: 'Learn' }).click();
    await heading(page).waitFor({ state: 'hidden' });
    expect(await page.locator('.nav [aria-current=page] .nav-long').allInnerTexts()).toEqual(['Learn']);
    await page.evaluate(() => history.back());
    await heading(page).getByText('Out of noise, a picture').waitFor();
    await page.getByRole('link', { name: 'Learn' }).click();
    arrive();
    await heading(page).getByText('Learn how diffusion works').waitFor();
    expect(page.url()).toMatch(/#\/learn$/);
  });

  it('does what was pressed before its script was there', { tags: 'long' }, async () => {
    const { page, arrive } = await openHeld('');
    await page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    arrive();
    await page.getByText(/^step [1-9]\d* of 20$/).waitFor();

    const second = await openHeld('');
    await second.page.getByRole('radio', { name: 'Dark' }).check({ force: true });
    second.arrive();
    await takenOver(second.page);
    const theme = () => second.page.evaluate(() => document.documentElement.dataset.theme);
    await expect.poll(theme).toBe('dark');
    host().hold(SCRIPTS);
    await second.page.reload({ waitUntil: 'commit' });
    await heading(second.page).waitFor();
    expect(await theme()).toBe('dark');
    expect(await second.page.getByRole('radio', { name: 'Dark' }).isChecked()).toBe(true);
  });

  it('gives way to a message in a browser without scripts', async () => {
    const { page, allow } = await openHeld('', { javaScriptEnabled: false, init: '' });
    allow(/\.js csp$/); // the scripts that are fetched beside the page's own
    await page.locator('.noscript').waitFor();
    expect(await page.locator('.noscript p').textContent()).toContain('It needs JavaScript for that.');
    expect(await page.locator('#app').isVisible()).toBe(false);
  });
});

interface Seen {
  /** The layout shifts so far: their values, and what moved. */
  shifts: { value: number; moved: string[] }[];
  /** Titles and introductions that were visible, at any frame. */
  texts: string[];
  /** Whether there were pictures at every frame since the first. */
  noise: boolean;
}

/** https://wicg.github.io/layout-instability/ */
interface Shift {
  value: number;
  sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[];
}

/** Runs in the page before its scripts. */
function watch(): void {
  const seen: Seen = { shifts: [], texts: [], noise: true };
  Object.assign(globalThis, { seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, sources } = entry as unknown as Shift;
      const moved = sources.map(({ node, previousRect: from, currentRect: to }) => {
        const name = `${node?.nodeName} ${(node as Element | null)?.className ?? ''}`;
        return `${name}: ${[from.x, from.y, from.width, from.height]} to ${[to.x, to.y, to.width, to.height]}`;
      });
      seen.shifts.push({ value, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
  let pictures = false;
  const look = () => {
    const visible = [...document.querySelectorAll('main h1, main .lede')].filter((one) => one.checkVisibility());
    const text = visible.map((one) => one.textContent).join(' ');
    if (text !== '' && text !== seen.texts.at(-1)) seen.texts.push(text);
    const now = document.querySelector('.sample-panel-x .sample-grid')?.childElementCount ?? 0;
    if (pictures && now === 0) seen.noise = false;
    pictures ||= now > 0;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const seen = (page: Page): Promise<Seen> => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);

const loadedImages = (page: Page) =>
  page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /first-.*\.png$/.test(name)));
