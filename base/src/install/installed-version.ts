/** Installed packages, found as Node finds them; their code is not run. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/** Undefined for a package that is not installed. */
export function installedFolder(name: string): string | undefined {
  const folders = (require.resolve.paths(name) ?? []).map((folder) => join(folder, name));
  return folders.find((folder) => existsSync(join(folder, 'package.json')));
}

/** Undefined for a package that is not installed. */
export function installedVersion(name: string): string | undefined {
  const folder = installedFolder(name);
  return folder && String(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version);
}
