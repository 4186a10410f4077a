/** The results of a set-up in the npm package: `deps` (libtensorflow), `lib/napi-v8` (the addon), `lib/native.json`. */
import { existsSync, realpathSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName, writeWhole } from '@onnoise/base/files';
import type { NativeInstall } from '@onnoise/training/engines';
import { hasFiles, listFiles } from './listing.ts';

export function packagePaths(folder: string) {
  return {
    deps: join(folder, 'deps'),
    libraries: join(folder, 'deps', 'lib'),
    headers: join(folder, 'deps', 'include'),
    addon: join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'),
    install: join(folder, 'lib', 'native.json'),
  };
}

/** Replaces `deps` with links to a folder with libtensorflow. */
export async function linkDeps(folder: string, libraries: string, headers: string): Promise<void> {
  const { deps } = packagePaths(folder);
  const fresh = temporaryName(deps);
  const old = temporaryName(deps);
  try {
    await mkdir(fresh);
    await symlink(libraries, join(fresh, 'lib'));
    await symlink(headers, join(fresh, 'include'));
    const there = await lstat(deps).catch(() => undefined);
    if (there) await rename(deps, old);
    await rename(fresh, deps);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** True if a package's `deps/lib` is this folder. */
export function isLinked(folder: string, libraries: string): boolean {
  const { libraries: link } = packagePaths(folder);
  return existsSync(link) && existsSync(libraries) && realpathSync(link) === realpathSync(libraries);
}

/** Writes what the engine's process needs to know, and the list of files. */
export async function writeInstall(folder: string, install: NativeInstall): Promise<void> {
  const files = await listFiles(folder, ['deps/lib', 'lib/napi-v8']);
  await writeWhole(packagePaths(folder).install, `${JSON.stringify({ ...install, files }, null, 2)}\n`);
}

/** True if no file was removed or truncated since `writeInstall`. */
export const isWhole = (folder: string, install: NativeInstall | undefined) => hasFiles(folder, install?.files);

/** Runs work that replaces `deps` and `lib`; restores the old ones if it fails. */
export async function replacing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const places = ['deps', 'lib']
    .map((name) => join(folder, name))
    .map((path) => ({ path, aside: temporaryName(path) }));
  const moved: typeof places = [];
  for (const place of places) {
    if (!(await lstat(place.path).catch(() => undefined))) continue;
    await rename(place.path, place.aside);
    moved.push(place);
  }
  try {
    const result = await work();
    for (const { aside } of moved) await rm(aside, { recursive: true, force: true });
    return result;
  } catch (error) {
    for (const { path } of places) await rm(path, { recursive: true, force: true });
    for (const { path, aside } of moved) await rename(aside, path);
    throw error;
  }
}

const STRAY = /^\.((deps|lib|native\.json|tfjs_binding\.node)\.[0-9a-f-]{8,}\.tmp|trial-\d+)$|\.unpacking$/;

/** Removes what a killed set-up left half done, in the package and in the cache. */
export async function sweep(folder: string, cache: string): Promise<void> {
  const sites = (await readdir(cache).catch(() => [])).map((name) => join(cache, name));
  const places = [folder, join(folder, 'lib'), join(folder, 'lib', 'napi-v8'), cache, ...sites];
  for (const place of [...places, ...sites.map((site) => join(site, 'nvidia'))]) {
    for (const name of await readdir(place).catch(() => [])) {
      if (STRAY.test(name)) await rm(join(place, name), { recursive: true, force: true });
    }
  }
}
