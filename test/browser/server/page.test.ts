/** A server's own page and the description of its API, on a server with the shipped model. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { labelPng, loadModel } from '#runtime-node/index.ts';
import { DEFAULT_GUIDANCE } from '#scheduler/index.ts';
import { type PictureOptions, USUAL_STEPS } from '#scheduler/model/index.ts';
import { createServer, type Server, type ServerOptions } from '#server/index.ts';
import { faults } from '#test/browser/axe.ts';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { PHONE } from '#test/browser/site.ts';
import { useBrowser, type VisitOptions, visit } from '#test/browser/visit.ts';
import { expectClose } from '#test/compare.ts';
import { eachLong } from '#test/each-long.ts';
import { trainedCard } from '#test/models/card.ts';
import { AGE, GUIDED, temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';
import { skipBecause } from '#test/skip.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const DIGITS = join(ROOT, 'models', 'digits');
const KEY = 'a-key-of-the-tests-1234';
const run = promisify(execFile);

/**
 * Chromium's developer tools see this for a stream that need not be stored, read to its end or not:
 * https://github.com/microsoft/playwright/issues/42742.
 */
const STREAM_READ = /generations net::ERR_ABORTED/;

/** Milliseconds to wait. */
const PATIENCE = { timeout: 30_000 };

const PHANTOM = 'Synthetic phantom, not a radiograph of a person.';

/** Most that a byte may differ between batches: a tiny difference can tip a rounding. */
const ROUNDING = 1;

describe("the server's page", skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();
  let shared: Started;
  beforeAll(async () => {
    shared = await start();
  });
  afterAll(() => shared?.server.close());

  async function open(options: VisitOptions & { url?: string; allow?: RegExp[] } = {}): Promise<Page> {
    const { url = shared.url, allow = [], ...rest } = options;
    const { page, allow: allowProblems } = await visit(browser(), rest);
    allowProblems(STREAM_READ, ...allow);
    await page.goto(url);
    return page;
  }

  it('shows pictures as they form; they are those of the library, and can be saved', { tags: 'long' }, async () => {
    const page = await open({ acceptDownloads: true });
    await page.getByRole('button', { name: 'Sample', exact: true }).waitFor();
    expect(await page.getByLabel('Steps').inputValue()).toBe(String(USUAL_STEPS));
    await page.getByLabel('Sampler').selectOption('ddim');
    await fill(page, { Pictures: 2, Steps: 12, Eta: 0.5, Seed: 41 });
    await page.getByLabel('Class').selectOption('3');
    const forms = await watchFirst(page);
    await sample(page);
    await page.getByText(/^2 pictures in \d+(\.\d\d)? s$/).waitFor();
    expect(new Set(await forms()).size).toBeGreaterThan(3);

    const expected = await ofLibrary({ count: 2, steps: 12, sampler: 'ddim', eta: 0.5, seed: 41, labels: [3] });
    for (const [i, seed] of [41, 42].entries()) {
      const image = page.getByRole('img', { name: `3, seed ${seed}` });
      const { width, pixelated } = await image.evaluate((element: HTMLImageElement) => ({
        width: element.naturalWidth,
        pixelated: getComputedStyle(element).imageRendering,
      }));
      expect({ width, pixelated }).toEqual({ width: 28, pixelated: 'pixelated' });
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: `Save 3, seed ${seed}` }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`digits-seed-${seed}.png`);
      const path = join(await temporaryFolder(), 'saved.png');
      await file.saveAs(path);
      const saved = await pixels(await readFile(path));
      expectClose(saved, expected[i]!, { absolute: ROUNDING, what: `seed ${seed}` });
      const shown = await image.getAttribute('src');
      expectClose(await pixels(Buffer.from(shown!.split(',')[1]!, 'base64')), saved, { absolute: 0 });
    }
  });

  it('says that a sampler leaves noise', { tags: 'long' }, async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Sample', exact: true }).waitFor();
    await page.getByLabel('Sampler').selectOption('heun');
    await fill(page, { Pictures: 1, Steps: 4 });
    await sample(page);
    await page.getByText(/^1 picture in .* s\. The first step is too long for heun and leaves noise/).waitFor();
  });

  it('shows the request that it makes, as a command and as a program, which give the same picture', {
    tags: 'long',
  }, async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await fill(page, { Pictures: 1, Steps: 4, Seed: 5 });
    await page.getByLabel('Sampler').selectOption('ddpm');
    expect(await page.getByLabel('Eta').isVisible()).toBe(false);
    const [request] = await Promise.all([page.waitForRequest(/generations$/), sample(page)]);
    const body = request.postDataJSON();
    expect(body).toEqual({
      model: 'digits',
      n: 1,
      steps: 4,
      sampler: 'ddpm',
      seed: 5,
      guidance: 1.1,
      stream: true,
      partial_images: 8,
    });
    await page.getByRole('link', { name: 'Save 0, seed 5' }).waitFor();
    const href = await page.getByRole('link', { name: 'Save 0, seed 5' }).getAttribute('href');
    const png = Buffer.from(href!.split(',')[1]!, 'base64');

    const copies = page.getByRole('button', { name: 'Copy' });
    await copies.first().click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    expect(JSON.parse(/-d '(.*)'$/s.exec(command)![1]!)).toEqual(body);
    expect(command).toContain(`${new URL(page.url()).origin}/v1/images/generations`);

    const folder = await mkdtemp(join(await cacheFolder(), 'program-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'sample.mjs'), (await page.locator('#openai').textContent())!);
    await run(process.execPath, ['sample.mjs'], { cwd: folder });
    expect(await readFile(join(folder, '5.png'))).toEqual(png);
  });

  it('asks for classes by their names, also where those are the numbers of others', { tags: 'long' }, async () => {
    const card = trainedCard({
      name: 'counted',
      data: { name: 'counted', hash: 'sha256:0', count: 3, classNames: ['1', '2', 'Zwei'] },
    });
    const { url } = await startForTest({ models: { counted: await tinyArtefact({ classes: 3 }, { card }) } });
    const page = await open({ url });
    const choices = page.getByLabel('Class').locator('option');
    await choices.nth(3).waitFor({ state: 'attached' });
    expect(await choices.allTextContents()).toEqual(['All in turn', '1', '2', 'Zwei']);
    await page.getByLabel('Class').selectOption({ label: '1' });
    await fill(page, { Pictures: 1, Steps: 2, Seed: 5 });
    const [request] = await Promise.all([page.waitForRequest(/generations$/), sample(page)]);
    expect(request.postDataJSON()).toMatchObject({ label: '1' });
    await page.getByRole('link', { name: 'Save 1, seed 5' }).waitFor();
  });

  it('asks for guidance and conditions where a model takes them, and for those that it needs', {
    tags: 'long',
  }, async () => {
    const data = { name: 'hands', hash: 'sha256:0', count: 2, classNames: ['a', 'b'], phantoms: 2 };
    const card = trainedCard({ name: 'hands', data });
    const guided = await tinyArtefact(GUIDED, { card });
    const needing = await tinyArtefact({ conditions: [{ ...AGE, name: 'weight', mean: 1235, min: 1234, max: 1236 }] });
    const { url } = await startForTest({ models: { guided, needing, digits: DIGITS } });
    const page = await open({ url });
    const guidance = page.getByLabel('Guidance', { exact: true });
    await expect.poll(() => guidance.inputValue(), PATIENCE).toBe(String(DEFAULT_GUIDANCE));
    const asked = async () => {
      const [request] = await Promise.all([page.waitForRequest(/generations$/), sample(page)]);
      await page.getByText(/^1 picture in/).waitFor();
      return request.postDataJSON();
    };
    expect(await page.getByText(PHANTOM).isVisible()).toBe(true);
    await fill(page, { Pictures: 1, Steps: 2, Seed: 5 });
    const plain = await asked();
    expect(plain.guidance).toBe(DEFAULT_GUIDANCE);
    expect(plain).not.toHaveProperty('condition');
    await fill(page, { Guidance: 2.5, age: 120 });
    expect(await asked()).toMatchObject({ guidance: 2.5, condition: { age: 120 } });
    expect(await faults(page)).toEqual([]);
    await page.getByLabel('Model').selectOption('needing');
    expect([await guidance.isVisible(), await page.getByLabel('age').count()]).toEqual([false, 0]);
    const needed = await asked();
    expect(needed.condition).toEqual({ weight: 1236 }); // 1240 in three digits, kept within the range
    expect(needed).not.toHaveProperty('guidance');
    await page.getByLabel('Model').selectOption('digits');
    expect(await asked()).not.toHaveProperty('condition');
    expect(await page.getByText(PHANTOM).isVisible()).toBe(false);
  });

  it('takes the masks that a model is told, and shows their names in the request', { tags: 'long' }, async () => {
    const labels = { classes: ['air', 'bone'], values: [0, 7] };
    const told = await tinyArtefact({ shape: [1, 4, 6], conditionImage: labels });
    const { url } = await startForTest({ models: { told, digits: DIGITS } });
    const page = await open({ url });
    const masks = page.getByLabel('Masks');
    await masks.waitFor();
    expect(await page.locator('#told-hint').textContent()).toContain(
      'PNG of 6 × 4 pixels with the values 0 air, 7 bone',
    );
    await fill(page, { Pictures: 1, Steps: 2, Seed: 5 });
    const invalid = () => page.locator('#form').evaluate((form: HTMLFormElement) => !form.checkValidity());
    expect(await invalid()).toBe(true); // the model needs one
    const buffer = await labelPng(new Uint8Array(24).fill(1, 8), { width: 6, height: 4 }, labels);
    await masks.setInputFiles({ name: 'hand.png', mimeType: 'image/png', buffer });
    await expect.poll(() => page.locator('#curl').textContent(), PATIENCE).toContain('<hand.png in base64>');
    const [request] = await Promise.all([page.waitForRequest(/generations$/), sample(page)]);
    expect(request.postDataJSON().masks).toEqual([`data:image/png;base64,${buffer.toString('base64')}`]);
    await page.getByText(/^1 picture in/).waitFor();
    expect(await faults(page)).toEqual([]);
    await page.getByLabel('Model').selectOption('digits');
    expect([await masks.isVisible(), await invalid()]).toEqual([false, false]);
  });

  it('selects the text where the browser does not let it copy', { tags: 'long' }, async () => {
    const page = await open({ init: () => Object.defineProperty(navigator, 'clipboard', { value: undefined }) });
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await page.getByRole('button', { name: 'Selected' }).waitFor();
    expect(await page.evaluate(() => String(getSelection()))).toMatch(/^curl -N http/);
  });

  it('cancels on the server too, by keyboard alone, and samples again', { tags: 'long' }, async () => {
    const page = await open();
    await fill(page, { Pictures: 2, Steps: 1000, Seed: 1 });
    const forms = await watchFirst(page);
    await page.getByLabel('Seed', { exact: true }).press('Enter');
    await expect.poll(forms, PATIENCE).not.toEqual([]);
    expect(shared.server.depth).toBe(2);
    await page.getByRole('button', { name: 'Cancel' }).press('Space');
    await page.getByText('Cancelled after 0 of 2 pictures').waitFor();
    await expect.poll(() => shared.server.depth, PATIENCE).toBe(0);
    const button = page.getByRole('button', { name: 'Sample' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await fill(page, { Pictures: 1, Steps: 2 });
    await button.press('Enter');
    await page.getByText(/^1 picture in/).waitFor();
    await page.getByText(/^1 picture in/).waitFor();
  });

  it('rolls the dice, and does not ask for what cannot be', { tags: 'long' }, async () => {
    const page = await open();
    const seed = page.getByLabel('Seed', { exact: true });
    const before = await seed.inputValue();
    await page.getByRole('button', { name: 'Another seed' }).click();
    await expect.poll(() => seed.inputValue()).not.toBe(before);
    expect(await page.locator('#curl').textContent()).toContain(`"seed": ${await seed.inputValue()}`);
    let asked = 0;
    page.on('request', () => asked++);
    await fill(page, { Steps: 1001 });
    await sample(page);
    expect(await page.getByLabel('Steps').evaluate((input: HTMLInputElement) => input.validity.rangeOverflow)).toBe(
      true,
    );
    expect(asked).toBe(0);
  });

  it("says the server's sentence where it refuses", { tags: 'long' }, async () => {
    const page = await open({ allow: [/generations|400/] });
    await fill(page, { Pictures: 1, Steps: 2, Seed: 2 ** 53 });
    await sample(page);
    await page.getByRole('alert').getByText('seed must be an integer from 0 to 9007199254740991').waitFor();
    expect(await faults(page)).toEqual([]);
    await fill(page, { Seed: 1 });
    await sample(page);
    await page.getByText(/^1 picture in/).waitFor();
    await page.getByText(/^1 picture in/).waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('says when to try again where too much is asked, and that a server is gone', { tags: 'long' }, async () => {
    const { server, url } = await startForTest({ rate: 1 });
    const page = await open({ url, allow: [/generations|429|ERR_CONNECTION_REFUSED/] });
    await fill(page, { Pictures: 1, Steps: 2 });
    await sample(page);
    await page.getByText(/^1 picture in/).waitFor();
    await page.getByText(/^1 picture in/).waitFor();
    await sample(page);
    await page.getByText(/^A client may make 1 request a minute\. Try again in \d+ s\.$/).waitFor();
    await server.close();
    await sample(page);
    await page.getByText('The server cannot be reached.').waitFor();
  });

  it('asks for a key where the server does, and keeps it to itself', { tags: 'long' }, async () => {
    const { url } = await startForTest({ apiKeys: [KEY] });
    const page = await open({ url, allow: [/v1\/models|401/] });
    const key = page.getByLabel('API key');
    await key.waitFor();
    expect(await page.getByRole('button', { name: 'Sample' }).isVisible()).toBe(false);
    expect(await faults(page)).toEqual([]);
    await key.fill('wrong');
    await key.press('Enter');
    await page.getByRole('alert').getByText('Authorization must be Bearer followed by a key of this server').waitFor();
    await key.fill(KEY);
    await page.getByRole('button', { name: 'Use it' }).click();
    await fill(page, { Pictures: 1, Steps: 2 });
    await sample(page);
    await page.getByText(/^1 picture in/).waitFor();
    await page.getByText(/^1 picture in/).waitFor();
    expect(await key.isVisible()).toBe(false);
    expect(await page.locator('#curl').textContent()).toContain('-H "Authorization: Bearer $ONNOISE_API_KEY"');
    expect(await page.locator('#openai').textContent()).toContain('apiKey: process.env.ONNOISE_API_KEY');
    expect(await page.locator('body').textContent()).not.toContain(KEY);

    await page.reload();
    await page.getByRole('button', { name: 'Sample' }).waitFor();
    expect(page.url()).toBe(url);
    const another = await page.context().newPage();
    await another.goto(url);
    await another.getByLabel('API key').waitFor();
  });

  it.each(['light', 'dark'] as const)(
    'has no fault that axe-core finds, in %s, from first to last',
    { tags: 'long' },
    async (scheme) => {
      const page = await open({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.getByText('Pictures will form here.').waitFor();
      expect(await faults(page)).toEqual([]);
      await fill(page, { Pictures: 3, Steps: 1000 });
      const forms = await watchFirst(page);
      await sample(page);
      await expect.poll(forms, PATIENCE).not.toEqual([]);
      expect(await faults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Cancelled after 0 of 3 pictures').waitFor();
      expect(await faults(page)).toEqual([]);
      await fill(page, { Steps: 2 });
      await sample(page);
      await page.getByText(/^3 pictures in/).waitFor();
      expect(await faults(page)).toEqual([]);
    },
  );

  it('fits a small phone, and shows there what forms', { tags: 'long' }, async () => {
    const { url } = await startForTest({ models: { [`a-${'long-name'.repeat(6)}`]: DIGITS, other: DIGITS } });
    const page = await open({ url, ...PHONE, viewport: { width: 320, height: 568 } });
    const overflow = () =>
      page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await page.getByLabel('Model').selectOption('other');
    await fill(page, { Pictures: 3, Steps: 8, Seed: 123456789 });
    expect(await overflow()).toBe(0);
    await sample(page);
    await page.getByText(/^3 pictures in/).waitFor();
    expect(await overflow()).toBe(0);
    const image = page.getByRole('img', { name: '0, seed 123456789' });
    expect(await image.evaluate((element) => element.getBoundingClientRect().bottom < innerHeight)).toBe(true);
    expect(await faults(page)).toEqual([]);
  });
});

describe('the page of the API', skipBecause(LACKS_CHROMIUM), () => {
  const { browser } = useBrowser();

  const SERVERS = [
    { keys: 'without', apiKeys: [] },
    { keys: 'with', apiKeys: [KEY] },
  ];

  eachLong(SERVERS, 'tries out a request $keys keys, and fetches nothing from elsewhere', async ({ apiKeys }) => {
    const { url } = await startForTest({ apiKeys });
    const { page, allow } = await visit(browser());
    await page.goto(`${url}docs`);
    const operation = page.locator('.opblock', { has: page.getByText('Sample pictures', { exact: true }) });
    await operation.locator('.opblock-summary-control').click();
    const execute = operation.getByRole('button', { name: 'Execute' });
    const status = operation.locator('.live-responses-table .response-col_status').last();
    if (apiKeys.length > 0) {
      allow(/401/);
      await execute.click();
      await expect.poll(() => status.textContent(), PATIENCE).toContain('401');
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.locator('.auth-container input').fill(KEY);
      await page.locator('.auth-btn-wrapper').locator('.authorize').click();
      await page.locator('.auth-btn-wrapper').getByRole('button', { name: 'Close' }).click();
    } else {
      expect(await page.getByRole('button', { name: 'Authorize' }).count()).toBe(0);
    }
    await execute.click();
    await expect.poll(() => status.textContent(), PATIENCE).toContain('200');
    await operation.getByLabel('Media Type').first().selectOption('image/png');
    await execute.click();
    const image = operation.locator('.live-responses-table img');
    await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth), PATIENCE).toBe(28);
  });
});

interface Started {
  server: Server;
  /** Address of the page, with its slash. */
  url: string;
}

async function start(options: Partial<ServerOptions> = {}): Promise<Started> {
  const server = await createServer({ models: [DIGITS], device: 'cpu', ...options });
  const { port } = new URL(await server.listen({ port: 0 }));
  return { server, url: `http://localhost:${port}/` };
}

async function startForTest(options: Partial<ServerOptions>): Promise<Started> {
  const started = await start(options);
  onTestFinished(() => started.server.close());
  return started;
}

async function fill(page: Page, values: Record<string, number>): Promise<void> {
  for (const [label, value] of Object.entries(values)) await page.getByLabel(label, { exact: true }).fill(`${value}`);
}

const sample = (page: Page) => page.getByRole('button', { name: 'Sample' }).click();

/** Records what the first picture shows from now on. @returns a function that gets the record. */
async function watchFirst(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const shown: string[] = [];
    new MutationObserver((changes) => {
      const first = document.querySelector('#pictures img');
      for (const { target } of changes) if (target === first) shown.push((target as HTMLImageElement).src);
    }).observe(document.querySelector('#pictures')!, { subtree: true, attributes: true, attributeFilter: ['src'] });
    Object.assign(globalThis, { shown });
  });
  return () => page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown);
}

/** Pictures as the library makes them, in bytes. */
async function ofLibrary(request: PictureOptions & { count: number }): Promise<Float32Array[]> {
  const model = await loadModel(DIGITS, { device: 'cpu' });
  const { images } = await model.sample(request);
  await model.dispose();
  const bytes = images.map((value) => Math.max(0, Math.min(255, (value + 1) * 127.5)));
  const size = bytes.length / request.count;
  return Array.from({ length: request.count }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}

const pixels = async (png: Buffer): Promise<number[]> => Array.from(await sharp(png).greyscale().raw().toBuffer());

/** Inside the repository: programs there find its packages. */
async function cacheFolder(): Promise<string> {
  const folder = join(ROOT, '.cache');
  await mkdir(folder, { recursive: true });
  return folder;
}
