/**
 * Makes pictures for docs/: web-<view>.png of every view of the page, web-fill.png of a picture that is painted over,
 * and server.png of the server's page. On a desktop
 * they are light; on a phone, with the ending -phone, dark. Run it where fonts are installed, and look at the results.
 *
 *     npm run screenshots                 # all
 *     npm run screenshots -- sample game  # these views, or server
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { createServer } from '../server/src/index.ts';
import { buildSite } from '../test/support/browser/build.ts';
import { launchOptions } from '../test/support/browser/launch.ts';
import { startHost } from '../test/support/browser/server.ts';
import { DESKTOP, heading, PHONE, takenOver } from '../test/support/browser/site.ts';

const ROOT = join(import.meta.dirname, '..');
const DOCS = join(ROOT, 'docs');
const COLOURS = 128;
/** CSS pixels below the end of a picture that is longer than the screen. */
const MARGIN = 24;
/** Long enough for the slowest machine to sample its pictures. */
const PATIENCE = 120_000;

const DEVICES = [
  { ending: '', options: { ...DESKTOP, deviceScaleFactor: 1.5, colorScheme: 'light' } },
  { ending: '-phone', options: { ...PHONE, deviceScaleFactor: 2, colorScheme: 'dark' } },
] as const;

interface Shot {
  hash: string;
  /** What a visitor does there before the picture. */
  act: (page: Page, phone: boolean) => Promise<unknown>;
  /** On a desktop the picture reaches down to the end of this element. Default: what fits the screen. */
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
  forward: {
    hash: '#/forward?t=120',
    act: (page) => page.getByRole('img', { name: /, cosine schedule/ }).waitFor(),
  },
  learn: { hash: '#/learn/sampling', act: walk, until: '.learn-sampling' },
  train: { hash: '#/train', act: train },
  game: { hash: '#/game?model=digits&seed=170', act: play },
  model: { hash: '#/model', act: open },
};

/** One hand at nine ages; on a desktop at the moment when the predictions are legible and the noisy pictures are not. */
async function sample(page: Page, phone: boolean): Promise<void> {
  await page.getByText(/^9 pictures in/).waitFor();
  if (phone) return;
  const step = page.getByRole('slider', { name: 'Step', exact: true });
  await step.fill('10');
  await step.blur();
}

/** The upper half of a three is painted over and filled five times; on a desktop on its way. */
async function paintOver(page: Page, phone: boolean): Promise<void> {
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
  if (phone) return;
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

/** Four answers, one of them wrong, and on a desktop the last picture's answer. */
async function play(page: Page, phone: boolean): Promise<void> {
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
  if (phone) return;
  await page.keyboard.press('s');
  await onward.waitFor();
}

async function open(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Or an address on this site' }).fill('models/digits');
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await page.getByRole('button', { name: 'Sample it' }).waitFor();
}

/** Ten pictures from a server. */
async function askServer(page: Page): Promise<void> {
  await page.getByLabel('Seed', { exact: true }).fill('170');
  await page.getByRole('button', { name: 'Sample' }).click();
  await page.getByText(/^10 pictures in/).waitFor();
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
const wrong = names.filter((name) => name !== 'server' && !(name in VIEWS));
if (wrong.length > 0)
  throw new Error(`A view must be one of ${Object.keys(VIEWS).join(', ')} or server, not ${wrong[0]}.`);
const isWanted = (name: string) => names.length === 0 || names.includes(name);

const folder = await mkdtemp(join(tmpdir(), 'onnoise-screenshots-'));
try {
  await buildSite(folder);
  const host = await startHost({ folders: { '/': folder } });
  const server = await createServer({ models: [join(ROOT, 'models', 'digits')], device: 'cpu' });
  const serverUrl = await server.listen({ port: 8000 }); // shown in the picture
  const browser = await chromium.launch(await launchOptions());
  for (const { ending, options } of DEVICES) {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce', serviceWorkers: 'block' });
    context.setDefaultTimeout(PATIENCE);
    for (const [view, { hash, act, until }] of Object.entries(VIEWS).filter(([name]) => isWanted(name))) {
      const page = await context.newPage();
      await page.goto(`${host.origin}/${hash}`);
      await heading(page).waitFor();
      await takenOver(page);
      await act(page, ending !== '');
      await shoot(page, `web-${view}${ending}.png`, ending === '' ? until : undefined);
    }
    if (isWanted('server')) {
      const page = await context.newPage();
      await page.goto(serverUrl);
      await askServer(page);
      await shoot(page, `server${ending}.png`);
    }
    await context.close();
  }
  await browser.close();
  await Promise.all([host.stop(), server.close()]);
} finally {
  await rm(folder, { recursive: true, force: true });
}
