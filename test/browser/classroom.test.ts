/** A class: phones, a large text and a projector. Nothing is cut off or covered, and a tap that comes early counts. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '#site/views/learn/chapters.ts';
import { heading, overflow, toItsEnd, useSite, VIEWS } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';
import { eachLong } from '#test/each-long.ts';

const touch = { hasTouch: true, isMobile: true };
const SMALL = { ...touch, viewport: { width: 360, height: 640 } };
const LARGE_TEXT = { ...touch, viewport: { width: 390, height: 844 } };
const PROJECTOR = { viewport: { width: 1024, height: 768 } };
/** A chapter where a figure stays in view comes first, since every run has the first row. */
const PLACES = ['learn/network', ...VIEWS, ...CHAPTERS.map(({ id }) => `learn/${id}`)];
const ROWS = [...new Set(PLACES)].map((place) => ({ place }));

/** The page reloads or is left while it still fetches. */
const CUT_OFF = /net::ERR_ABORTED/;

describe('every view and chapter', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  async function open(place: string, options: object): Promise<Page> {
    const { page } = await openSite(`#/${place}`, { ...options, allow: [CUT_OFF] });
    if (place.startsWith('learn/')) await page.getByText('Take away').waitFor();
    await toItsEnd(page);
    return page;
  }

  eachLong(ROWS, 'holds text of twice the size: $place', async ({ place }) => {
    const page = await open(place, LARGE_TEXT);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%';
    });
    await expect.poll(() => overflow(page)).toEqual([]);
    await expect.poll(() => covered(page)).toEqual([]);
    expect(await tooHigh(page)).toEqual([]);
  });

  eachLong(ROWS, 'covers nothing that has the focus, on a phone and on a projector: $place', async ({ place }) => {
    for (const size of [SMALL, PROJECTOR]) {
      const page = await open(place, size);
      expect(await overflow(page)).toEqual([]);
      await expect.poll(() => covered(page)).toEqual([]);
      expect(await tooHigh(page)).toEqual([]);
    }
  });
});

describe('a first tap', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();

  /** Opens a view whose network does not arrive until `arrive` is called. */
  async function openWithout(hash: string) {
    const arrive = host().hold(/\.(onnx|wasm)$/);
    const { page } = await openSite(hash, { ...SMALL, allow: [CUT_OFF] });
    return { page, arrive };
  }

  it('starts a round whose pictures are still to come', { tags: 'long' }, async () => {
    const { page, arrive } = await openWithout('#/game?seed=5&steps=1');
    await page.getByRole('button', { name: 'Start', exact: true }).tap();
    await page.getByText('It begins with the first picture.').waitFor();
    arrive();
    await page.getByRole('img', { name: /^Picture 1 of/ }).waitFor();
  });

  it('samples once the network is there', { tags: 'long' }, async () => {
    const { page, arrive } = await openWithout('');
    await page.getByLabel('Model', { exact: true }).selectOption({ label: 'Hands (64 × 64, gray, 2 classes)' });
    await page.getByRole('button', { name: /^One seed, every/ }).tap();
    await page.getByText('It begins as soon as the network is here.').waitFor();
    arrive();
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor();
    await expect.poll(() => page.locator('.sample-panel-x .sample-cell').count()).toBe(9);
  });

  it('finds the visitor’s own pictures and the start on the first screen of Train', async () => {
    const { page } = await openSite('#/train', { ...SMALL, allow: [CUT_OFF] });
    await heading(page).getByText('Train your own').waitFor();
    const bottoms = await Promise.all(
      [
        page.getByRole('heading', { name: 'What do you want to draw?' }),
        page.getByText('My pictures', { exact: true }),
        page.getByText('Camera', { exact: true }),
        page.getByRole('button', { name: 'Start', exact: true }),
      ].map(async (one) => {
        const box = (await one.boundingBox())!;
        return box.y + box.height;
      }),
    );
    expect(Math.max(...bottoms)).toBeLessThanOrEqual(SMALL.viewport.height);
    await page.getByRole('radio', { name: 'My pictures' }).tap();
    await page.getByText('Choose pictures').waitFor();
  });
});

/** Controls whose middle is behind something else when they have the focus. */
const covered = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const all = 'main :is(a[href], button, select, input, summary, [tabindex="0"]):not(:disabled)';
    const controls = [...document.querySelectorAll<HTMLElement>(all)].filter((one) => one.checkVisibility());
    const hidden: string[] = [];
    for (const control of controls) {
      scrollTo(0, 0);
      control.focus();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const { left, width, top, height } = control.getBoundingClientRect();
      const at = document.elementFromPoint(left + width / 2, top + height / 2);
      const faces = [control, ...((control as HTMLInputElement).labels ?? [])];
      if (at && !faces.some((face) => face.contains(at) || at.contains(face))) {
        hidden.push(`${control.outerHTML.slice(0, 120)} behind ${at.className}`);
      }
    }
    return hidden;
  });

/** Parts that stay in view while the page scrolls, and take more than half of the screen or cannot be seen whole. */
const tooHigh = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const stays = (one: Element) => /sticky|fixed/.test(getComputedStyle(one).position);
    return [...document.querySelectorAll<HTMLElement>('main *')]
      .filter((one) => one.checkVisibility() && stays(one))
      .filter(({ offsetWidth, offsetHeight }) => offsetHeight > innerHeight * (offsetWidth < innerWidth / 2 ? 1 : 0.5))
      .map(({ className, offsetHeight }) => `${className}: ${offsetHeight} of ${innerHeight}`);
  });
