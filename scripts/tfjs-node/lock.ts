/**
 * One set-up at a time: two would take each other's half-unpacked folders for their own. The lock is a file with the
 * number of its process; that of a process which is gone does not count.
 */
import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { InputError } from '@onnoise/scheduler';
import { temporaryName } from '../../pipeline/src/output.ts';
import { formatPath } from '../../pipeline/src/terminal/format.ts';

/** Does work while no other set-up of this cache does. @throws InputError where one is at it */
export async function withLock<T>(cache: string, work: () => Promise<T>): Promise<T> {
  const path = join(cache, 'set-up.lock');
  const mine = `${process.pid} ${birthOf(process.pid)}\n`;
  while (!(await create(path, mine))) await removeStale(path);
  try {
    return await work();
  } finally {
    if ((await read(path)) === mine) await rm(path, { force: true });
  }
}

async function create(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** @throws InputError where the process of the lock lives */
async function removeStale(path: string): Promise<void> {
  let text = await read(path);
  if (text === '') {
    // Made this moment, or left by one that was killed in the middle.
    await setTimeout(200);
    text = await read(path);
  }
  const [pid, birth] = text.trim().split(' ');
  if (pid && lives(Number(pid), birth)) {
    throw new InputError(
      `Cannot set up: another set-up (process ${pid}) is at work; wait for it or stop it. ` +
        `Where it is none, remove ${formatPath(path)}.`,
    );
  }
  const aside = temporaryName(path);
  await rename(path, aside).catch(() => {});
  // Somebody else may have been quicker, and this is theirs.
  const taken = await read(aside);
  if (taken === text) await rm(aside, { force: true });
  else await rename(aside, path).catch(() => {});
}

const read = (path: string) => readFile(path, 'utf8').catch(() => '');

function lives(pid: number, birth: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there, of another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = birthOf(pid);
  return now === '' || !birth || now === birth;
}

/** When a process began, for numbers are used again; empty where the system does not say. proc(5): field 22 of stat. */
function birthOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ')[19]!;
  } catch {
    return '';
  }
}
