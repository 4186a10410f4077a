/** Pages that install the library for browsers: what each bundler makes of them draws in Chromium what Node draws. */
import { spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import webpack from 'webpack';
import type { ImageSeed } from '../../scheduler/src/index.ts';
import { LACKS_CHROMIUM } from '../support/browser/chromium.ts';
import { expectPicturesOfNode } from '../support/browser/engine.ts';
import { launchOptions, QUICK_WASM } from '../support/browser/launch.ts';
import { type Host, startHost } from '../support/browser/server.ts';
import { visit } from '../support/browser/visit.ts';
import { useProject } from '../support/consumers/project.ts';
import { ROOT } from '../support/repository.ts';
import { skipBecause } from '../support/skip.ts';

declare global {
  interface Window {
    answer: { device: string; images: number[]; seeds: ImageSeed[] };
  }
}

const DIGITS = join(ROOT, 'models', 'digits');
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
/** What the pages ask for. */
const REQUEST = { count: 2, steps: 3, seed: 7, labels: [3] };

describe('a page', skipBecause(LACKS_CHROMIUM), () => {
  const project = useProject(['@onnoise/runtime-web', '@onnoise/model-digits'], ['page', 'plain'], 'page');
  let page: string;
  let host: Host;
  let browser: Browser;
  beforeAll(async () => {
    page = join(project().folder, 'page');
    host = await startHost({ folders: { '/': project().folder }, isolated: false });
    browser = await chromium.launch(await launchOptions({ webgpu: false, args: [QUICK_WASM] }));
  });
  afterAll(() => browser?.close());
  afterAll(() => host?.stop());

  /** Opens a page and compares its pictures with Node's. */
  async function expectDigits(url: string): Promise<void> {
    const { page } = await visit(browser);
    await page.goto(url);
    await page.waitForFunction(() => 'answer' in window);
    const { device, images, seeds } = await page.evaluate(() => window.answer);
    expect(device).toBe('wasm');
    await expectPicturesOfNode(DIGITS, [REQUEST], [{ images, seeds }]);
  }

  it('is built by vite, without a configuration', async () => {
    await project().run(process.execPath, [VITE, 'build', '--base', './', '--outDir', 'vite'], { cwd: 'page' });
    await expectDigits(`${host.origin}/page/vite/`);
  });

  it('is served by vite, without a configuration', async () => {
    const server = spawn(process.execPath, [VITE, '--port', '0', '--clearScreen', 'false'], {
      cwd: page,
      env: { ...project().env, NO_COLOR: '1' },
    });
    onTestFinished(() => void server.kill());
    let said = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await expect.poll(() => said, { timeout: 60_000 }).toMatch(/Local:/);
    await expectDigits(/http:\/\/localhost:\d+\//.exec(said)![0]);
  });

  it('is built by webpack, without a configuration', async () => {
    const out = join(page, 'webpack');
    const stats = await new Promise<webpack.Stats>((resolve, reject) => {
      const options = { mode: 'production', context: page, entry: './main.js', output: { path: out } } as const;
      webpack(options, (error, stats) => (error === null ? resolve(stats!) : reject(error)));
    });
    const { errors } = stats.toJson({ all: false, errors: true });
    expect(errors?.map(({ message }) => message)).toEqual([]);
    await cp(join(page, 'script.html'), join(out, 'index.html'));
    await expectDigits(`${host.origin}/page/webpack/`);
  });

  it('is built by esbuild, beside the files that the library and the model bring', async () => {
    const out = join(page, 'esbuild');
    const entryPoints = [join(page, 'main.js')];
    const { warnings } = await esbuild({ entryPoints, bundle: true, format: 'esm', outdir: out, logLevel: 'silent' });
    expect(warnings).toEqual([]);
    await project().run('npx', ['onnoise-web-files', 'esbuild'], { cwd: 'page' });
    await cp(join(page, 'node_modules', '@onnoise', 'model-digits', 'dist', 'digits'), join(out, 'digits'), {
      recursive: true,
    });
    await cp(join(page, 'index.html'), join(out, 'index.html'));
    await expectDigits(`${host.origin}/page/esbuild/`);
  });

  it('needs no bundler', async () => {
    await project().run('npx', ['onnoise-web-files', join('..', 'plain', 'onnoise')], { cwd: 'page' });
    await cp(DIGITS, join(project().folder, 'plain', 'digits'), { recursive: true });
    await expectDigits(`${host.origin}/plain/`);
  });
});
