/** The repository's own files, for tests of its rules and its documents. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Files that git tracks, and new ones that it does not ignore, by their paths from the root. In a downloaded copy, which
 * git does not know, all files that it would not ignore.
 */
export function repositoryFiles(): string[] {
  if (!existsSync(join(ROOT, '.git')) || !hasGit()) return walk('');
  const options = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const removed = new Set(list(['ls-files', '-z', '--deleted']));
  return list(options).filter((file) => !removed.has(file));
}

/** The folders of the packages' sources, and of the page's. */
export const SOURCES =
  'scheduler tracer runtime-node server runtime-web site base medical training evaluation phantom pipeline onnoise'.split(
    ' ',
  );

/** Whether a file is code below one of these folders. */
export const isCodeOf = (folders: readonly string[], file: string) =>
  folders.includes(file.split('/')[0]!) && /\.(tsx?|m?js)$/.test(file);

export const readText = (file: string) => readFileSync(join(ROOT, file), 'utf8');

function hasGit(): boolean {
  try {
    git(['--version']);
    return true;
  } catch {
    return false;
  }
}

const git = (args: string[]) =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'pipe'] });

const list = (args: string[]) => git(args).split('\0').filter(Boolean);

/** Lines of .gitignore: names of folders, endings and paths. */
const IGNORED = new Set([...readText('.gitignore').split(/\r?\n/), '.git/']);

function walk(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(`${entry.name}/`) ? [] : walk(path);
    return IGNORED.has(path) || IGNORED.has(`*${extname(path)}`) ? [] : [path];
  });
}
