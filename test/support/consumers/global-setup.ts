/** Builds and packs the packages once, and serves them to the projects of the run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { npmSetting, upstreamRegistry } from '../../../scripts/packages/npm-settings.ts';
import { type Packed, packAll } from '../../../scripts/packages/packed.ts';
import { startRegistry } from './registry.ts';

declare module 'vitest' {
  interface ProvidedContext {
    consumers: {
      packages: Packed[];
      /** URL of a registry with our packages, and of others the versions of package-lock.json. */
      registry: string;
      /** URL of one with our packages, and of others all versions. */
      live: string;
      /** URL of the real one. */
      upstream: string;
      /** The user's cache of npm. */
      cache: string;
    };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-packages-'));
  const packages = await packAll(folder);
  const upstream = upstreamRegistry();
  const [registry, live] = await Promise.all([
    startRegistry(packages, upstream, process.env.CONSUMERS_LIVE === undefined),
    startRegistry(packages, upstream),
  ]);
  project.provide('consumers', {
    packages,
    registry: registry.url,
    live: live.url,
    upstream,
    cache: npmSetting('cache'),
  });
  return async () => {
    await Promise.all([registry.stop(), live.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
}
