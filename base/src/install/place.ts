/** Where this program lies: in its repository, or installed below some folder `node_modules`. */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';

export type Place =
  | { kind: 'repository'; folder: string }
  /** `folder` holds `node_modules`. */
  | { kind: 'project' | 'global' | 'npx'; folder: string };

const MODULES = `${sep}node_modules${sep}`;

/** @param file of this program */
export function placeOf(file: string = import.meta.filename): Place {
  const at = file.indexOf(MODULES);
  if (at < 0) return { kind: 'repository', folder: join(import.meta.dirname, '..', '..', '..') };
  const folder = file.slice(0, at);
  if (folder.includes(`${sep}_npx${sep}`)) return { kind: 'npx', folder };
  // A project has a package.json, which npm writes where there is none; the folder of the global packages has not.
  return { kind: existsSync(join(folder, 'package.json')) ? 'project' : 'global', folder };
}

/** What was downloaded and belongs to the packages that are installed here. */
export function cacheFolder({ kind, folder }: Place = placeOf()): string {
  return kind === 'repository' ? join(folder, '.cache') : join(folder, 'node_modules', '.cache', 'onnoise');
}
