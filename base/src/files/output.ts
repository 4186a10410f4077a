/**
 * Atomic writes: a file is written beside its place under a temporary name, then renamed. The next process that checks
 * the folder removes what a killed one left.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, realpath, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { diskFailure, diskReason } from './disk-errors.ts';
import { Failure } from './failure.ts';
import { isRunning } from './running.ts';

/** Parts of temporary names: a process number is valid only on its machine, and is reused. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);
const PROCESS = randomBytes(2).toString('hex');
const TEMPORARY = /^\.(.+?)(\.old)?\.([0-9a-f]{6})-(\d+)-([0-9a-f]{4})[0-9a-f]{8}\.tmp$/s;
/** The longest name of most file systems, in bytes. */
const LONGEST_NAME = 255;

/** A name beside `path` that nobody else uses: hidden, with the machine and the process that it belongs to. */
export function temporaryName(path: string): string {
  return nameBeside(path, '');
}

/** The same for an old file or folder moved aside while it is replaced: `sweep` moves it back. */
export function asideName(path: string): string {
  return nameBeside(path, '.old');
}

function nameBeside(path: string, kind: string): string {
  const whole = resolve(path);
  const tail = `${kind}.${HOST}-${process.pid}-${PROCESS}${randomBytes(4).toString('hex')}.tmp`;
  return join(dirname(whole), `.${shorten(basename(whole), LONGEST_NAME - 1 - tail.length)}${tail}`);
}

/** The longest start of a name that fits into `bytes`. */
function shorten(name: string, bytes: number): string {
  let short = name;
  while (Buffer.byteLength(short) > bytes) short = [...short].slice(0, -1).join('');
  return short;
}

/** Writes a file, with the folders above it. @throws InputError or Failure as in {@link diskFailure} */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await makeFolder(dirname(resolve(path)));
    await writeFile(temporary, bytes);
    await rename(temporary, resolve(path)); // of `new/..` the system knows nothing
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw diskFailure(error, `write ${path}`, 'free some space and start again');
  }
}

/**
 * Makes a folder and those above it, one by one: Node's `recursive` never returns in places such as /proc.
 * @returns the highest folder that it made, or undefined if all existed.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const above = dirname(path);
  try {
    return await makeOne(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error;
  }
  const highest = await makeFolder(above);
  try {
    const made = await makeOne(path);
    return highest ?? made;
  } catch (error) {
    if (highest !== undefined) await removeEmpty(above, highest);
    throw error;
  }
}

/** The system's error for an existing folder varies: on a read-only disk, at the root of a drive. */
async function makeOne(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (error) {
    if (await isFolder(path)) return undefined;
    throw error;
  }
}

/** Removes folders from the lowest up to the highest, as long as they are empty. */
export async function removeEmpty(lowest: string, highest: string): Promise<void> {
  for (let folder = lowest; folder.startsWith(highest); folder = dirname(folder)) {
    await rmdir(folder).catch(() => {});
  }
}

const isFolder = (path: string) =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * Makes sure that a file or a folder can be written, by trying it: call it before long work. It makes the folders
 * above, and removes what killed processes left beside it.
 * @param option the option that names it, or a name in words
 * @param advice one sentence: how to make it usable
 * @throws InputError that names the option and the obstacle; Failure if the disk is full.
 */
export async function checkWritable(
  option: string,
  path: string,
  kind: 'file' | 'folder',
  advice?: string,
): Promise<void> {
  const refuse = (reason: string): never => {
    const sentence = `Cannot write ${path}: ${option} must be a ${kind} that can be written, ${reason}.`;
    throw new InputError(advice === undefined ? sentence : `${sentence} ${advice}`);
  };
  if (path === '') {
    throw new InputError(`Cannot write the results: ${option} must be a ${kind} that can be written, received "".`);
  }
  if (kind === 'file' && /[/\\]$/.test(path)) refuse('this is the name of a folder');
  const folder = kind === 'folder' ? resolve(path) : dirname(resolve(path));
  try {
    const found = await stat(resolve(path)).catch(missing);
    if (found && found.isDirectory() !== (kind === 'folder')) {
      refuse(found.isDirectory() ? 'there is a folder of that name' : 'there is a file of that name');
    }
    if (found && kind === 'file' && !found.isFile()) refuse('it is not an ordinary file');
    await makeFolder(folder);
    const trial = temporaryName(kind === 'folder' ? join(folder, 'trial') : path);
    // A full disk accepts a name but no content.
    await writeFile(trial, 'trial').finally(() => rm(trial, { force: true }));
  } catch (error) {
    const failure = diskFailure(error, `write ${path}`, 'free some space and start again');
    if (failure instanceof Failure || !(error instanceof Error && 'syscall' in error)) throw failure;
    refuse(
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'nothing can be made there'
        : (diskReason(error) ?? error.message),
    );
  }
  await sweep(folder);
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The nearest existing folder at or above a path. */
export async function nearestFolder(path: string): Promise<string> {
  const whole = resolve(path);
  return (await isFolder(whole)) || dirname(whole) === whole ? whole : nearestFolder(dirname(whole));
}

/**
 * The real path of what is at a path, or will be. `..` is taken out first, as `path.join` does: the system would ask whether the
 * folder before it exists.
 */
export async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  return realpath(whole).catch(async () => {
    const above = await nearestFolder(whole);
    return resolve(await realpath(above), relative(above, whole));
  });
}

/** Whether one real path lies below another. */
export const isBelow = (path: string, folder: string): boolean => path.startsWith(folder + sep);

/** Whether a path is a folder or lies in it, links followed. */
export async function isWithin(path: string, folder: string): Promise<boolean> {
  const [place, whole] = await Promise.all([placeOf(path), placeOf(folder)]);
  return place === whole || isBelow(place, whole);
}

/** Removes what dead processes of this machine left half-written, and moves back what they had moved aside. */
export async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, original, old, host, pid, owner] = TEMPORARY.exec(name) ?? [];
    if (host !== HOST || (Number(pid) === process.pid ? owner === PROCESS : isRunning(Number(pid)))) continue;
    const path = join(folder, name);
    const place = join(folder, original!);
    if (old !== undefined && (await stat(place).catch(() => undefined)) === undefined) {
      await rename(path, place).catch(() => {});
    } else await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
