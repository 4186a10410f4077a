/** Runs once: one Chromium for all files, the built site, and the tests' own pages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { buildPages, buildTestSite } from './build.ts';
import { LACKS_CHROMIUM } from './chromium.ts';
import { launchOptions, QUICK_WASM } from './launch.ts';

declare module 'vitest' {
  interface ProvidedContext {
    browser: { endpoint: string; site: string; pages: string };
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (LACKS_CHROMIUM) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-browser-'));
  const [site, pages] = [join(folder, 'site'), join(folder, 'pages')];
  const [server] = await Promise.all([
    chromium.launchServer(await launchOptions({ args: [QUICK_WASM] })),
    buildTestSite(site),
    buildPages(pages),
  ]);
  project.provide('browser', { endpoint: server.wsEndpoint(), site, pages });
  return async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
}
