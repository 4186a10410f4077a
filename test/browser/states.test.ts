/**
 * Every view in the states that visitors bring it to: axe finds nothing serious, in light and dark.
 *
 * @module-tag long
 */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { seriousFaults } from '#test/browser/axe.ts';
import { DESKTOP, PHONE, settle, useSite } from '#test/browser/site.ts';
import { IN_CHROMIUM } from '#test/browser/visit.ts';

const DIGITS = join(import.meta.dirname, '..', '..', 'models', 'digits');

/** Brings a view from one state into the next. */
type Act = (page: Page) => Promise<unknown>;

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

const SAMPLE: Record<string, Act> = {
  'pictures are there': (page) => page.getByText(/^3 pictures in/).waitFor(),
  'one is large': (page) => button(page, /^Picture 2\b.*enlarge/).click(),
  'eta can be chosen': (page) => page.getByLabel('Sampler').selectOption('ddim'),
  'values are wrong': async (page) => {
    await page.getByRole('textbox', { name: 'Eta', exact: true }).fill('2');
    await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('none');
    await button(page, 'Sample').click();
  },
  'a part is painted over': async (page) => {
    await button(page, 'Start from it').click();
    await button(page, 'middle').click();
    await page.getByText('196 of 784 pixels are painted.').waitFor();
  },
};

const FORWARD: Record<string, Act> = {
  'the first and last picture': async (page) => {
    await page.getByRole('slider', { name: 'Time t' }).focus();
    await page.keyboard.press('Home');
    await page.getByText('0 of 300').waitFor();
  },
  'the chain has run': async (page) => {
    await page.keyboard.press('End');
    await button(page, 'Run both').click();
    await page.getByText('One run. Another adds to the histogram.').waitFor();
  },
  'a file is no picture': async (page) => {
    await page
      .getByLabel('Your file')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('-') });
    await page.getByRole('alert').waitFor();
  },
  'the camera is on': async (page) => {
    await button(page, 'Camera').click();
    await button(page, 'Take the picture').waitFor();
  },
  'the picture is the camera’s': async (page) => {
    await button(page, 'Take the picture').click();
    await page.getByRole('radio', { name: 'Colour' }).waitFor();
  },
};

const GAME: Record<string, Act> = {
  'a picture is asked': async (page) => {
    await button(page, 'Start').click();
    await page.getByRole('img', { name: 'Picture 1 of 10', exact: true }).waitFor();
  },
  'an answer is told': async (page) => {
    await page.keyboard.press('r');
    await button(page, 'Next picture').waitFor();
  },
  'the round is over': async (page) => {
    for (let place = 1; place <= 10; place++) {
      await page.keyboard.press('Enter');
      if (place === 10) break;
      await page.getByRole('img', { name: `Picture ${place + 1} of 10`, exact: true }).waitFor();
      await page.keyboard.press('r');
      await button(page, /Next picture|See how you did/).waitFor();
    }
    await button(page, 'Play again').waitFor();
  },
  'one looks closer': (page) => button(page, /^Picture 1 of 10.*Look closer/).click(),
};

const MODEL: Record<string, Act> = {
  'a folder is wrong': async (page) => {
    await page.getByLabel('Choose files').setInputFiles(join(DIGITS, 'README.md'));
    await page.getByRole('alert').waitFor();
  },
  'a folder is open': async (page) => {
    await page.getByLabel('Choose a folder').setInputFiles(DIGITS);
    await button(page, 'Sample it').waitFor();
  },
};

describe('axe finds nothing serious', IN_CHROMIUM, () => {
  const { host, openSite } = useSite();

  it.each([
    ['sampling', '#/sample?count=3&steps=3&seed=1', SAMPLE, DESKTOP],
    ['the forward process', '#/forward', FORWARD, DESKTOP],
    ['the game', '#/game?seed=482193&steps=2&model=digits', GAME, PHONE],
    ['a model', '#/model', MODEL, PHONE],
  ])('in %s', async (_, hash, states, size) => {
    const { page } = await openSite(hash, { ...size, permissions: ['camera'] });
    await settle(page);
    const faults: string[] = [];
    for (const [state, act] of Object.entries(states)) {
      await act(page);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        faults.push(...(await seriousFaults(page)).map((fault) => `${state}, ${colorScheme}: ${fault}`));
      }
    }
    expect(faults).toEqual([]);
  });

  it('where the model cannot be had', async () => {
    host().fault(/model\.onnx$/, { status: 404 });
    const { page } = await openSite('#/game', { allow: [/model\.onnx/] });
    await page.getByRole('alert').first().waitFor();
    await settle(page);
    expect(await seriousFaults(page)).toEqual([]);
  });
});
