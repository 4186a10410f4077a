/** Runs once: the built site and the tests' own pages, for the tests in installed browsers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPages, buildTestSite } from './build.ts';
import { LACKS_FIREFOX } from './firefox.ts';
import { LACKS_WEBKIT } from './webkit.ts';

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (LACKS_FIREFOX && LACKS_WEBKIT) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-installed-'));
  const [site, pages] = [join(folder, 'site'), join(folder, 'pages')];
  await Promise.all([buildTestSite(site), buildPages(pages)]);
  project.provide('browser', { endpoint: '', site, pages });
  return () => rm(folder, { recursive: true, force: true });
}
