/**
 * One process at a time: a lock is a file that names its owner. It survives a crash, so the owner is identified by its
 * process number, its start (numbers are reused), the boot of the machine and the machine's name. A new process takes
 * over the lock of a dead one. If two try, one succeeds: only the holder of a second lock, `<lock>.takeover`, may
 * remove a stale one. Limit: two containers with one host name that share a folder look like one machine.
 */
import { execFile } from 'node:child_process';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { InputError } from '@onnoise/scheduler/rules';
import { formatPath } from '../text/format.ts';
import { diskFailure } from './disk-errors.ts';
import { temporaryName } from './output.ts';
import { isRunning } from './running.ts';

/** The owner of a lock. */
interface Owner {
  pid: number;
  /** The system's start time of the process; empty if unknown. */
  birth: string;
  /** The system's id of the machine's boot; empty if unknown. */
  boot: string;
  host: string;
  /** When the lock was taken, milliseconds since 1970. */
  since: number;
}

/** What the lock is for, to complete the sentence `Cannot <action>: another process (...) <is doing it>.` */
export interface LockWords {
  /** `start training in runs/x` */
  action: string;
  /** `is training there` */
  doing: string;
}

/** On a file system without hard links, a new file may have no content for this long. */
const WRITE_MS = 500;
const TAKEOVER_MS = 20;
/** A clock that was set meanwhile may move the time of the boot a little. */
const BOOT_SLACK_MS = 60_000;

/** Of a folder that is replaced as a whole: the lock lies beside it. */
export const lockBeside = (folder: string): string =>
  join(dirname(resolve(folder)), `.${basename(resolve(folder)).slice(0, 64)}.lock`);

/**
 * Takes the lock and returns a function that releases it.
 * @throws InputError if a living process has it, or the file cannot be written; Failure if the disk is full.
 */
export async function takeLock(path: string, words: LockWords): Promise<() => Promise<void>> {
  const mine = JSON.stringify(await describeThisProcess());
  const other = await acquire(path, mine).catch((error) => {
    throw diskFailure(error, words.action);
  });
  if (other !== undefined) throw refusal(path, words, other);
  return async () => {
    if ((await read(path)) === mine) await rm(path, { force: true });
  };
}

/** Runs `work` while this process has the lock. @throws InputError as {@link takeLock} does */
export async function withLock<T>(path: string, words: LockWords, work: () => Promise<T>): Promise<T> {
  const release = await takeLock(path, words);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Returns undefined if the lock is ours, else its owner. */
async function acquire(path: string, mine: string): Promise<Owner | undefined> {
  while (!(await create(path, mine))) {
    let text = await read(path);
    if (text === '') {
      await pause(WRITE_MS);
      text = await read(path);
    }
    const owner = parse(text);
    if (owner !== undefined && (await lives(owner))) return owner;
    if (text !== undefined) await removeStale(path, text, mine);
  }
  return undefined;
}

/** While this process may remove the stale lock, no other process can replace it. */
async function removeStale(path: string, stale: string, mine: string): Promise<void> {
  const right = `${path}.takeover`;
  if ((await acquire(right, mine)) !== undefined) return void (await pause(TAKEOVER_MS));
  try {
    if ((await read(path)) === stale) await rm(path, { force: true });
  } finally {
    await rm(right, { force: true });
  }
}

/** A hard link makes the file appear with all its content, and fails if there is one already. */
async function create(path: string, text: string): Promise<boolean> {
  const temporary = temporaryName(path);
  try {
    await writeFile(temporary, text);
    const linked = await link(temporary, path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') throw error;
        return false; // a file system without links
      },
    );
    if (!linked) await writeFile(path, text, { flag: 'wx' });
    return linked || (await read(path)) === text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** Undefined if there is no such file. */
async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string | undefined): Owner | undefined {
  try {
    const { pid, birth, boot, host, since } = JSON.parse(text ?? '') as Record<string, unknown>;
    const whole = Number.isSafeInteger(pid) && Number(pid) > 0 && Number.isFinite(since) && typeof host === 'string';
    if (!whole || typeof birth !== 'string' || typeof boot !== 'string') return undefined;
    return { pid: Number(pid), birth, boot, host, since: Number(since) };
  } catch {
    return undefined;
  }
}

async function describeThisProcess(): Promise<Owner> {
  const { pid } = process;
  return { pid, birth: await birthOf(pid), boot: await bootOf(), host: hostname(), since: Date.now() };
}

/** A process on another machine cannot be checked, so it counts as living. */
async function lives({ pid, birth, boot, host, since }: Owner): Promise<boolean> {
  if (host !== hostname()) return true;
  const now = await bootOf();
  if (boot !== now) return false;
  if (now === '' && since < Date.now() - uptime() * 1000 - BOOT_SLACK_MS) return false;
  if (!isRunning(pid)) return false;
  const today = await birthOf(pid);
  return today === '' || birth === '' || today === birth;
}

/** On Linux field 22 of /proc/<pid>/stat (field 3 is Z for a dead process); elsewhere from ps; unknown on Windows. */
async function birthOf(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') {
      const fields = (await readFile(`/proc/${pid}/stat`, 'latin1')).split(') ').at(-1)!.split(' ');
      return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
    }
    if (process.platform === 'win32') return '';
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env })).stdout.trim();
  } catch {
    return '';
  }
}

/** Only Linux gives a boot an id; elsewhere the age of the lock is compared with the time since the boot. */
const bootOf = () =>
  readFile('/proc/sys/kernel/random/boot_id', 'latin1').then(
    (text) => text.trim(),
    () => '',
  );

function refusal(path: string, { action, doing }: LockWords, { pid, host, since }: Owner): InputError {
  const here = host === hostname();
  const advice = here
    ? 'Wait for it or stop it; if it is another program'
    : `Wait for it or stop it on ${host}; if it is gone`;
  return new InputError(
    `Cannot ${action}: another process (pid ${pid}${here ? '' : ` on ${host}`}, since ${formatTime(since)}) ${doing}. ` +
      `${advice}, remove ${formatPath(path)}.`,
  );
}

/** `10:02` today, `2026-11-25 10:02` on another day. */
function formatTime(milliseconds: number): string {
  const at = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}
