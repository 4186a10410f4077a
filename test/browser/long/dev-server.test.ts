/** `npm run web`: the page during development, with the visitor's own model folder. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LACKS_CHROMIUM } from '../../support/browser/chromium.ts';
import { heading } from '../../support/browser/site.ts';
import { useBrowser, visit } from '../../support/browser/visit.ts';
import { skipBecause } from '../../support/skip.ts';
import { tinyArtefact } from '../../support/tiny-onnx.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

describe('npm run web -- --model', skipBecause(LACKS_CHROMIUM), () => {
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
