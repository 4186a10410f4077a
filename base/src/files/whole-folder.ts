/**
 * Folders that a command writes whole. One rule for all of them: a folder takes the place of another only if that one is empty, or holds
 * nothing but what was written whole before and nobody changed since. `files.sha256` in it says what that is, in the format of `sha256sum`,
 * so that `sha256sum -c files.sha256` checks a folder, too; its first line tells it from a list that somebody else made. What is checked and what is replaced is one and the same real path.
 */
import { lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { diskFailure, withDiskErrors } from './disk-errors.ts';
import { hashFile } from './hash.ts';
import {
  asideName,
  checkWritable,
  isBelow,
  makeFolder,
  nearestFolder,
  placeOf,
  removeEmpty,
  sweep,
  temporaryName,
  writeWhole,
} from './output.ts';

export const LIST_FILE = 'files.sha256';

/** What Python and desktops leave beside files that they only read, and the lock of an evaluation that was killed. */
const BY_PRODUCT = /(^|\/)(__pycache__\/[^/]+\.pyc|\.DS_Store|Thumbs\.db)$|^\.evaluation\.lock$/;
const HEAD = '# Written by Onnoise, which may replace a folder of these files alone.\n';
const ADVICE = 'free some space and start again';

export interface WholeFolder {
  /** What the command does, for its refusals: `write a model`. */
  action: string;
  /** As the user gave it. */
  out: string;
  /** A folder that is read meanwhile: it may be replaced, but nothing is written below it. */
  from?: string | undefined;
  /** False for folders that are never replaced: they get no list. */
  listed?: boolean;
}

/**
 * Makes sure, before long work, that {@link writeWholeFolder} may put a folder there. It makes nothing.
 * @returns the real path of the folder
 * @throws InputError if `out` is a file, holds what would be lost, cannot be made or replaced, or lies in `from`; Failure if
 *   the disk is full.
 */
export async function checkWholeFolder(folder: WholeFolder): Promise<string> {
  const { action, out, from, listed = true } = folder;
  const rule = `a new or an empty folder${listed ? ', or one that Onnoise wrote and nobody changed' : ''}`;
  const refuse = (received: string): never => {
    throw new InputError(`Cannot ${action}: --out must be ${rule}, received ${received}.`);
  };
  if (out === '') refuse('""');
  const place = await placeOf(out);
  if (from !== undefined && isBelow(place, await placeOf(from))) refuse(`${out}, a folder in ${from}`);
  await checkWritable('--out', await nearestFolder(dirname(place)), 'folder');
  const found = await stat(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error.code === 'ENOTDIR') return refuse(`${out}, which lies in a file`);
    throw diskFailure(error, `${action} to ${out}`);
  });
  if (found === undefined) return place;
  if (!found.isDirectory()) refuse(`${out}, a file`);
  const here = await placeOf('.');
  if (here === place || isBelow(here, place)) refuse(`${out}, the one that the command runs in`);
  if (await isMounted(place)) refuse(`${out}, a mounted one, which cannot be replaced; name a folder in it`);
  const own = await withDiskErrors(`${action} to ${out}`, () => foreignFiles(place));
  if (own.length > 0) {
    const some = own.slice(0, 3).join(', ');
    refuse(`${out} with ${own.length > 3 ? `${some} and ${own.length - 3} more` : some}, which would be lost`);
  }
  return place;
}

/**
 * Fills a folder under a temporary name beside its place, lists what is in it, and lets it take the place. What stood there is
 * renamed aside before, and removed only after. If something fails, all is as it was.
 * @throws InputError as {@link checkWholeFolder} does; Failure if the disk is full; and what `fill` throws
 */
export async function writeWholeFolder(folder: WholeFolder, fill: (temporary: string) => Promise<void>): Promise<void> {
  const { action, out, listed = true } = folder;
  const place = await checkWholeFolder(folder);
  const temporary = temporaryName(place);
  let made: string | undefined;
  try {
    made = await makeFolder(dirname(place));
    await sweep(dirname(place));
    await mkdir(temporary);
    await fill(temporary);
    if (listed) await writeWhole(join(temporary, LIST_FILE), await listOf(temporary));
    await checkWholeFolder(folder); // the work may have taken hours
    await replaceFolder(temporary, place);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    if (made !== undefined) await removeEmpty(dirname(place), made);
    throw diskFailure(error, `${action} to ${out}`, ADVICE);
  }
}

/** Files of a new folder, by their path in it with `/` between the parts. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, ...path.split('/'));
    await makeFolder(dirname(target));
    await writeFile(target, content);
  }
}

/**
 * Writes files into a folder, one after the other. Where it has a list, what they replace stays as it was in it: a file that
 * somebody changed does not become ours.
 * @param files by their path in the folder, with `/` between the parts
 */
export async function writeListed(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  const list = await readList(folder);
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, ...path.split('/'));
    const old = list && (await hashFile(target).catch(() => undefined));
    await writeWhole(target, content);
    if (list && (old === undefined || old === list.get(path))) list.set(path, await hashFile(target));
  }
  if (list) await writeList(folder, list);
}

/** What would be lost with a folder: paths of files that its list lacks or that changed since, sorted. */
async function foreignFiles(folder: string): Promise<string[]> {
  const list = await readList(folder);
  if (list === undefined) return (await readdir(folder)).filter((name) => !BY_PRODUCT.test(name)).sort();
  const files = await ownFiles(folder);
  const unlisted = files.filter((path) => !list.has(path));
  if (unlisted.length > 0) return unlisted;
  const hashes = await hashesOf(folder, files);
  return files.filter((path) => hashes.get(path) !== list.get(path)).map((path) => `a changed ${path}`);
}

/** Renames the old folder aside, the new one to its place, and removes the old one. */
async function replaceFolder(from: string, to: string): Promise<void> {
  const old = asideName(to);
  const existed = await rename(to, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return false;
    },
  );
  try {
    await rename(from, to);
  } catch (error) {
    if (existed) await rename(old, to);
    throw error;
  }
  if (existed) await rm(old, { recursive: true, force: true });
}

async function readList(folder: string): Promise<Map<string, string> | undefined> {
  const text = await readFile(join(folder, LIST_FILE), 'utf8').catch(() => undefined);
  if (!text?.startsWith(HEAD)) return undefined;
  const lines = [...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)];
  return new Map(lines.map(([, hash, path]) => [path!, hash!]));
}

const writeList = (folder: string, list: ReadonlyMap<string, string>): Promise<void> =>
  writeWhole(join(folder, LIST_FILE), listText(list));

const listText = (list: ReadonlyMap<string, string>): string =>
  HEAD +
  [...list]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, hash]) => `${hash}  ${path}\n`)
    .join('');

/** The list that a folder has, or should have. */
export const listOf = async (folder: string): Promise<string> =>
  listText(await hashesOf(folder, await ownFiles(folder)));

/** SHA-256 by path, of ordinary files. */
async function hashesOf(folder: string, files: readonly string[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const path of files) {
    const place = join(folder, ...path.split('/'));
    if ((await lstat(place)).isFile()) hashes.set(path, await hashFile(place));
  }
  return hashes;
}

/** Those of {@link filesBelow} that its list names. */
const ownFiles = async (folder: string): Promise<string[]> =>
  (await filesBelow(folder)).filter((path) => path !== LIST_FILE && !BY_PRODUCT.test(path));

/** Paths of all that are no folders, with slashes, sorted. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).replaceAll(sep, '/'))
    .sort();
}

/** On Linux by its table of mounts, which knows those of the same disk, too; elsewhere a folder of another disk than the one above. */
async function isMounted(folder: string): Promise<boolean> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => undefined);
  if (table === undefined) return (await stat(folder)).dev !== (await stat(dirname(folder))).dev;
  const places = table.split('\n').map((line) => line.split(' ')[4] ?? '');
  const plain = (place: string) =>
    place.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
  return places.some((place) => plain(place) === folder);
}
