/** What the projects of the tests sample, compared with what the sources sample of models/digits. */
import { type Browser, chromium } from 'playwright-core';
import { expect } from 'vitest';
import type { ImageSeed } from '#scheduler/index.ts';
import { ROOT } from '../repository.ts';
import { expectPicturesOfNode } from './engine.ts';
import { launchOptions, QUICK_WASM } from './launch.ts';
import { visit } from './visit.ts';

/** What pages leave in `window.answer`, and routes of servers send. */
interface Answer {
  device: string;
  images: number[];
  seeds: ImageSeed[];
}

declare global {
  interface Window {
    answer: Answer;
  }
}

/** What they ask for. */
const REQUEST = { count: 2, steps: 3, seed: 7, labels: [3] };

export const launchBrowser = async (): Promise<Browser> =>
  chromium.launch(await launchOptions({ webgpu: false, args: [QUICK_WASM] }));

/** Opens a page and compares its pictures with Node's. */
export async function expectDigitsInPage(browser: Browser, url: string): Promise<void> {
  const { page } = await visit(browser);
  await page.goto(url);
  await page.waitForFunction(() => 'answer' in window);
  const answer = await page.evaluate(() => window.answer);
  expect(answer.device).toBe('wasm');
  await expectDigits(answer);
}

/** The same of a server's route. */
export async function expectDigitsFrom(url: string): Promise<void> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  await expectDigits((await answer.json()) as Answer);
}

export const expectDigits = ({ images, seeds }: Answer): Promise<void> =>
  expectPicturesOfNode(`${ROOT}/models/digits`, [REQUEST], [{ images, seeds }]);
