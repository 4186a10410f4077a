/**
 * Everything by keyboard: sampling, its steps, the forward process, a round of the game.
 *
 * @module-tag long
 */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { heading, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

const MOST_STOPS = 80;

describe('with the keyboard alone', IN_CHROMIUM, () => {
  const { openSite } = useSite();

  it('one samples, looks at a step, moves t, and answers a round', async () => {
    const { page, url } = await openSite('', { reducedMotion: 'reduce' });
    const { keyboard } = page;
    const textbox = (name: string) => page.getByRole('textbox', { name, exact: true });
    for (const [name, value] of [
      ['Pictures', '1'],
      ['Steps', '3'],
    ] as const) {
      await tabTo(page, textbox(name));
      await keyboard.press('ControlOrMeta+a');
      await keyboard.type(value);
    }
    await tabTo(page, page.getByRole('button', { name: 'Sample', exact: true }), { back: true });
    await keyboard.press('Enter');
    await page.getByText(/^1 picture in/).waitFor();
    await tabTo(page, page.getByRole('slider', { name: 'Step', exact: true }));
    await keyboard.press('ArrowLeft');
    await page.getByText('step 2 of 3', { exact: true }).waitFor();

    await goTo(page, 'Forward process');
    await tabTo(page, page.getByRole('slider', { name: 'Time t' }));
    await keyboard.press('End');
    await page.getByText('300 of 300').waitFor();

    await goTo(page, 'Real or synthetic?');
    await page.goto(`${url}#/game?seed=482193&steps=2&model=digits`); // the same round, painted in a tenth of the time
    const start = page.getByRole('button', { name: 'Start', exact: true });
    await tabTo(page, start);
    await keyboard.press('Enter');
    await page.getByRole('img', { name: 'Picture 1 of 10', exact: true }).waitFor();
    await tabTo(page, page.getByRole('button', { name: /Synthetic|Generated/ }));
    await keyboard.press(' ');
    await page
      .getByText(/Right, it is|Fooled|Too suspicious/)
      .first()
      .waitFor();
    await keyboard.press('Enter');
    await page.getByRole('img', { name: 'Picture 2 of 10', exact: true }).waitFor();
  });

  it('one always sees where one is', async () => {
    const { page } = await openSite('#/sample');
    const unseen: string[] = [];
    for (let stop = 0; stop < 20; stop++) {
      await page.keyboard.press('Tab');
      const lost = await page.evaluate(() => {
        const element = document.activeElement!;
        if (element === document.body) return null;
        // A hidden radio button shows its focus on the element beside it.
        const faces = [element, element.nextElementSibling].filter((face) => face !== null);
        const ringed = faces.some((face) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(face);
          return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
        });
        return ringed ? null : `${element.tagName}.${element.className} ${element.textContent}`;
      });
      if (lost !== null) unseen.push(lost);
    }
    expect(unseen).toEqual([]);
  });
});

/** Presses the tab key until the focus is there. */
async function tabTo(page: Page, target: Locator, { back = false } = {}): Promise<void> {
  const there = () => target.evaluate((element) => element === document.activeElement);
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await there()) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`${MOST_STOPS} tab stops do not lead to ${target}.`);
}

async function goTo(page: Page, view: string): Promise<void> {
  await tabTo(page, page.getByRole('link', { name: view }), { back: true });
  await page.keyboard.press('Enter');
  await expect.poll(() => page.title()).toContain(view);
  await heading(page).waitFor();
}
