/** Builds and packs the packages once, and serves them to the projects of the run. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Packed, packAll } from '../../../scripts/packages/packed.ts';
import { startRegistry } from './registry.ts';

declare module 'vitest' {
  interface ProvidedContext {
    consumers: {
      packages: Packed[];
      /** URLs of the run's registry and of the real one. */
      registry: string;
      upstream: string;
      /** The user's cache of npm. */
      cache: string;
    };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'onnoise-packages-'));
  const packages = await packAll(folder);
  const upstream = setting('registry').replace(/\/?$/, '/');
  const registry = await startRegistry(packages, upstream);
  project.provide('consumers', { packages, registry: registry.url, upstream, cache: setting('cache') });
  return async () => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

const setting = (name: string) =>
  execFileSync('npm', ['config', 'get', name], { encoding: 'utf8', shell: process.platform === 'win32' }).trim();
