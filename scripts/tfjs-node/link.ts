/** What a set-up leaves in the npm package: `deps` (libtensorflow), `lib/napi-v8` (the addon), `lib/native.json`. */
import { existsSync, realpathSync } from 'node:fs';
import { lstat, mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName, writeWhole } from '../../pipeline/src/output.ts';
import type { NativeInstall } from '../../pipeline/src/train/engines/native/install.ts';

export function packagePaths(folder: string) {
  return {
    deps: join(folder, 'deps'),
    libraries: join(folder, 'deps', 'lib'),
    headers: join(folder, 'deps', 'include'),
    addon: join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'),
    install: join(folder, 'lib', 'native.json'),
  };
}

/** Makes `deps` links to a folder with libtensorflow, in place of what is there. */
export async function linkDeps(folder: string, libraries: string, headers: string): Promise<void> {
  const { deps } = packagePaths(folder);
  const fresh = temporaryName(deps);
  const old = temporaryName(deps);
  try {
    await mkdir(fresh);
    await symlink(libraries, join(fresh, 'lib'));
    await symlink(headers, join(fresh, 'include'));
    const there = await lstat(deps).catch(() => null);
    if (there) await rename(deps, old);
    await rename(fresh, deps);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

/** True where `deps/lib` of a package is this folder. */
export function isLinked(folder: string, libraries: string): boolean {
  const { libraries: link } = packagePaths(folder);
  return existsSync(link) && existsSync(libraries) && realpathSync(link) === realpathSync(libraries);
}

/** Writes what the engine's process needs to know. */
export async function writeInstall(folder: string, install: NativeInstall): Promise<void> {
  await writeWhole(packagePaths(folder).install, `${JSON.stringify(install, null, 2)}\n`);
}
