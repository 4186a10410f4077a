/** Runs once: the built site and the tests' own pages, for the tests in Firefox. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPages, buildTestSite } from './build.ts';
import { LACKS_FIREFOX } from './firefox.ts';

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (LACKS_FIREFOX) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-firefox-'));
  const [site, pages] = [join(folder, 'site'), join(folder, 'pages')];
  await Promise.all([buildTestSite(site), buildPages(pages)]);
  project.provide('browser', { endpoint: '', site, pages });
  return () => rm(folder, { recursive: true, force: true });
}
