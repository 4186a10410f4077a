/** Pages that install the library for browsers: what each bundler makes of them draws in Chromium what Node draws. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { expectDigitsInPage, launchBrowser } from '#test/browser/consumer-digits.ts';
import { type Host, startHost } from '#test/browser/server.ts';
import { useProject } from '#test/consumers/project.ts';
import { ROOT } from '#test/repository.ts';
import { skipBecause } from '#test/skip.ts';

const DIGITS = join(ROOT, 'models', 'digits');
const VITE = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
describe('a page', skipBecause(LACKS_CHROMIUM), () => {
  const project = useProject(['@onnoise/runtime-web', '@onnoise/model-digits'], ['page', 'plain'], 'page');
  let page: string;
  let host: Host;
  let browser: Browser;
  beforeAll(async () => {
    page = join(project().folder, 'page');
    host = await startHost({ folders: { '/': project().folder }, isolated: false });
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterAll(() => host?.stop());

  const expectDigits = (url: string) => expectDigitsInPage(browser, url);

  it('is built by vite, without a configuration', async () => {
    await project().run(process.execPath, [VITE, 'build', '--base', './', '--outDir', 'vite'], { cwd: 'page' });
    await expectDigits(`${host.origin}/page/vite/`);
  });

  it('is served by vite, without a configuration', async () => {
    await expectDigits(await project().serve(process.execPath, [VITE, '--port', '0'], { cwd: 'page' }));
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
