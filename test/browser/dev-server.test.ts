/**
 * `npm run web`: the page during development, with the visitor's own model folder.
 *
 * @module-tag long
 */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { phantomFile } from '#phantom/files.ts';
import { USUAL } from '#phantom/options.ts';
import { heading } from '#test/browser/site.ts';
import { IN_CHROMIUM, useBrowser, visit } from '#test/browser/visit.ts';
import { temporaryFolder, tinyArtefact } from '#test/models/tiny-onnx.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('npm run web -- --model', IN_CHROMIUM, () => {
  const { browser } = useBrowser();

  it('shows that model first, threads and all, and has nothing to complain of', async () => {
    const folder = await tinyArtefact({ shape: [3, 8, 8], classes: 2 });
    const server = await serve('--model', folder, '--port', '0');
    const { page } = await visit(browser());
    await page.goto(`${server.url}#/sample?count=2&steps=3&seed=1`);
    await heading(page).waitFor();
    await page.getByText(/^2 pictures in/).waitFor();
    const models = page.getByLabel('Model', { exact: true }).locator('option');
    const [first, ...others] = await models.allTextContents();
    expect(first).toMatch(/\(8 × 8, colour, 2 classes\)$/);
    expect(others).toContain('Digits (28 × 28, gray, 10 classes)');
    expect(await models.first().evaluate((option: HTMLOptionElement) => option.selected)).toBe(true);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(server.said()).toContain(`The page shows ${folder} first`);
    expect(server.said()).not.toMatch(/failed|error/i);
  });
});

describe('npm run web -- --real', IN_CHROMIUM, () => {
  const { browser } = useBrowser();

  it('plays the game with pictures of a folder, also with a class, and opens no other folder to the network', async () => {
    const folder = join(await temporaryFolder(), 'anna-mueller');
    await mkdir(folder);
    const set = { ...USUAL, count: 12, size: 64 };
    for (let i = 0; i < set.count; i++) {
      const { name, bytes } = phantomFile(set, i);
      await writeFile(join(folder, name), bytes);
    }
    const model = await tinyArtefact({ shape: [1, 16, 16] });
    const server = await serve('--model', model, '--real', folder, '--port', '0');
    const { page, allow } = await visit(browser());
    await page.goto(`${server.url}#/game?seed=5&steps=1&pictures=6`);
    await heading(page).waitFor();
    expect(await answerAll(page, 6), 'both kinds are shown').toEqual(new Set(['phantom', 'generated']));
    await page.goto(`${server.url}#/game?seed=5&steps=1&pictures=6`);
    await page.getByText('The link deals the same 6 pictures.').waitFor();
    await page.getByText(/The real pictures of the game with .* were added by whoever serves this page\./).waitFor();
    expect(server.said()).toContain(`The game shows the 12 pictures of ${folder}. They are not the images that`);

    const status = (path: string) => page.evaluate(async (path) => (await fetch(path)).status, path);
    allow(/status 403|403 \(Forbidden\)/);
    const listing = await page.evaluate(async () => (await fetch('assets/models.json')).text());
    const [{ real }] = JSON.parse(listing) as [{ real: string }];
    expect(await page.evaluate(async (path) => (await fetch(path)).text(), real)).not.toMatch(/mueller|png/);
    expect(await status(`/@fs${join(ROOT, 'package.json')}`), 'such as images that were prepared in .cache').toBe(403);
  });
});

/** Plays a round, and returns what the pictures were. */
async function answerAll(page: Page, pictures: number): Promise<Set<string>> {
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const found = new Set<string>();
  for (let i = 1; i <= pictures; i++) {
    await page.getByRole('img', { name: `Picture ${i} of ${pictures}`, exact: true }).waitFor();
    await page.keyboard.press('p');
    const told = page.getByRole('img', { name: new RegExp(`^Picture ${i} of ${pictures}: `) });
    await told.waitFor();
    const kind = (await told.getAttribute('aria-label'))!.split(': ')[1]!;
    found.add(kind);
    if (kind === 'phantom')
      await page
        .getByText(/Phantom \d+ of the 12 on this page\./)
        .first()
        .waitFor();
    await page.getByRole('button', { name: /Next picture|See how you did/ }).click();
  }
  await page.getByRole('heading', { level: 1, name: /of 6/ }).waitFor();
  return found;
}

/** Starts the dev server as npm does, until the test ends. `said` returns its output. */
async function serve(...options: string[]): Promise<{ url: string; said: () => string }> {
  const { NODE_ENV: _, VITEST: __, ...env } = process.env; // vite would use them
  const args = ['--import', 'tsx', join('scripts', 'web', 'main.ts'), 'serve', ...options];
  const server = spawn(process.execPath, args, { cwd: ROOT, env: { ...env, NO_COLOR: '1' } });
  let said = '';
  const gone = new Promise<never>((_, reject) => {
    server.on('exit', (code) => reject(new Error(`The dev server ended with code ${code}:\n${said}`)));
  });
  gone.catch(() => undefined); // only code that waits for the address handles it
  onTestFinished(async () => {
    server.kill();
    await gone.catch(() => undefined);
  });
  const address = new Promise<string>((resolve) => {
    const listen = (text: Buffer) => {
      said += text;
      const [url] = /http:\/\/localhost:\d+\//.exec(said) ?? [];
      if (url) resolve(url);
    };
    server.stdout.on('data', listen);
    server.stderr.on('data', listen);
  });
  return { url: await Promise.race([address, gone]), said: () => said };
}
