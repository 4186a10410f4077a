/**
 * Makes pictures for docs/: web-<view>.png of views of the page, and web-fill.png of a picture that is painted over. Run it
 * where fonts are installed, and look at the results.
 *
 *     npm run screenshots                 # all
 *     npm run screenshots -- sample game  # these views
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { buildSite } from '../test/support/browser/build.ts';
import { launchOptions } from '../test/support/browser/launch.ts';
import { startHost } from '../test/support/browser/server.ts';
import { DESKTOP, heading, takenOver } from '../test/support/browser/site.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCS = join(ROOT, 'docs');
const COLOURS = 128;
/** CSS pixels below the end of a picture that is longer than the screen. */
const MARGIN = 24;
/** Long enough for the slowest machine to sample its pictures. */
const PATIENCE = 120_000;

interface Shot {
  hash: string;
  /** What a visitor does there before the picture. */
  act: (page: Page) => Promise<unknown>;
  /** The picture reaches down to the end of this element. Default: what fits the screen. */
  until?: string;
}

/** By name: the addresses of the views. */
const VIEWS: Record<string, Shot> = {
  sample: {
    hash: '#/sample?model=hands&count=9&steps=20&seed=170&labels=0&condition.boneage=24..216&start=same',
    act: sample,
  },
  fill: {
    hash: '#/sample?model=digits&count=5&steps=20&sampler=ddpm&seed=173&labels=3',
    act: paintOver,
    until: '.sample-stage',
  },
  learn: { hash: '#/learn/sampling', act: walk, until: '.learn-sampling' },
  train: { hash: '#/train', act: train },
  game: { hash: '#/game?model=digits&seed=170', act: play },
};

/** One hand at nine ages, at the moment when the predictions are legible and the noisy pictures are not. */
async function sample(page: Page): Promise<void> {
  await page.getByText(/^9 pictures in/).waitFor();
  const step = page.getByRole('slider', { name: 'Step', exact: true });
  await step.fill('10');
  await step.blur();
}

/** The upper half of a three is painted over and filled five times; it is on its way. */
async function paintOver(page: Page): Promise<void> {
  await page.getByText(/^5 pictures in/).waitFor();
  await page.getByRole('radio', { name: 'Fill' }).check();
  await page.getByRole('button', { name: 'Picture 1, seed 173', exact: true }).click();
  await page.getByRole('slider', { name: 'Brush' }).fill('6');
  const pad = page.getByRole('application');
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await pad.boundingBox())!;
  await page.mouse.move(x + 0.3 * width, y + 0.22 * height);
  await page.mouse.down();
  for (const [right, down] of STROKE) await page.mouse.move(x + right * width, y + down * height);
  await page.mouse.up();
  await page.getByRole('button', { name: 'Fill', exact: true }).click();
  await page.getByText(/^5 pictures in .* network calls/).waitFor();
  const step = page.getByRole('slider', { name: 'Step', exact: true });
  await step.fill('40');
  await step.blur();
}

/** Places of a picture, as shares of its width and height. */
const STROKE = [
  [0.7, 0.22],
  [0.3, 0.3],
  [0.7, 0.38],
  [0.35, 0.42],
] as const;

/** Ten whole steps of the algorithm. */
async function walk(page: Page): Promise<void> {
  const whole = page.getByRole('button', { name: 'Whole step' });
  for (let step = 1; step <= 10; step++) {
    await page.locator('button:enabled', { hasText: 'Whole step' }).click();
    await page.getByText(`step ${step} of 20`, { exact: true }).waitFor();
    await whole.and(page.locator(':enabled')).waitFor();
  }
}

/** Two minutes of training, paused. */
async function train(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.getByText(/^2:0\d$/).waitFor({ timeout: 5 * PATIENCE });
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.getByRole('button', { name: 'Go on', exact: true }).waitFor();
}

/** Five answers, and what the last picture was. */
async function play(page: Page): Promise<void> {
  const start = page.getByRole('button', { name: 'Start', exact: true });
  await start.click();
  const asked = page.getByRole('button', { name: /^\W*Real\W*$/, disabled: false });
  const onward = page.getByRole('button', { name: 'Next picture' });
  for (const answer of ['r', 's', 's', 's']) {
    await asked.waitFor();
    await page.keyboard.press(answer);
    await onward.waitFor();
    await onward.click();
  }
  await asked.waitFor();
  await page.keyboard.press('s');
  await onward.waitFor();
}

async function shoot(page: Page, name: string, until?: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate(() => window.scrollTo(0, 0)); // keys and clicks may have scrolled
  await page.waitForTimeout(500); // transitions
  const end = until === undefined ? null : await page.locator(until).boundingBox();
  const { width = 0 } = page.viewportSize() ?? {};
  const clip = end && { x: 0, y: 0, width, height: Math.ceil(end.y + end.height) + MARGIN };
  const { size } = await sharp(await page.screenshot({ fullPage: clip !== null, ...(clip && { clip }) }))
    .png({ palette: true, colours: COLOURS, effort: 10 })
    .toFile(join(DOCS, name));
  console.log(`docs/${name}, ${Math.round(size / 1000)} kB`);
  await page.close();
}

const names = process.argv.slice(2);
const wrong = names.find((name) => !(name in VIEWS));
if (wrong !== undefined) throw new Error(`A view must be one of ${Object.keys(VIEWS).join(', ')}, not ${wrong}.`);
const wanted = Object.entries(VIEWS).filter(([name]) => names.length === 0 || names.includes(name));

const folder = await mkdtemp(join(tmpdir(), 'onnoise-screenshots-'));
try {
  await buildSite(folder);
  const host = await startHost({ folders: { '/': folder } });
  const browser = await chromium.launch(await launchOptions());
  const context = await browser.newContext({
    ...DESKTOP,
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
  });
  context.setDefaultTimeout(PATIENCE);
  for (const [view, { hash, act, until }] of wanted) {
    const page = await context.newPage();
    await page.goto(`${host.origin}/${hash}`);
    await heading(page).waitFor();
    await takenOver(page);
    await act(page);
    await shoot(page, `web-${view}.png`, until);
  }
  await browser.close();
  await host.stop();
} finally {
  await rm(folder, { recursive: true, force: true });
}
