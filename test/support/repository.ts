/** The repository's own files, for tests of its rules and its documents. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Files that git tracks, and new ones that it does not ignore, by their paths from the root. */
export function repositoryFiles(): string[] {
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const removed = new Set(list(['ls-files', '-z', '--deleted']));
  return list(options).filter((file) => !removed.has(file));
}

export const readText = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const list = (args: string[]) =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\0')
    .filter(Boolean);
