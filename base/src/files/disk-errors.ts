/**
 * Turns errors of the file system into one sentence. A path that cannot be used is the user's mistake (InputError, exit
 * code 2); a disk that is full or broken is a failure of the machine (Failure, exit code 1).
 */
import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { diskRefusal, InputError } from '@onnoise/scheduler/rules';
import { formatBytes } from '../text/format.ts';
import { Failure } from './failure.ts';

/** Why the file system refused, as a clause; undefined for every other error. */
export function diskReason(error: unknown): string | undefined {
  return diskRefusal(error)?.reason;
}

/**
 * The error to throw in place of one from the file system. Every other error stays as it is.
 * @param action what was tried and where: `write the sheet out/sheet.png`.
 * @param advice what to do if the machine is at fault, as a clause: `free some space and start again`.
 */
export function diskFailure(error: unknown, action: string, advice?: string): unknown {
  const refusal = diskRefusal(error);
  if (refusal === undefined) return error;
  const { reason, fault } = refusal;
  if (fault === 'path') return new InputError(`Cannot ${action}: ${reason}.`);
  return new Failure(`Cannot ${action}: ${reason}${advice === undefined ? '' : `; ${advice}`}.`);
}

/** Runs `work`; an error of the file system becomes that of {@link diskFailure}. */
export async function withDiskErrors<T>(action: string, work: () => T | Promise<T>, advice?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskFailure(error, action, advice);
  }
}

/**
 * Checks, before long work, that `bytes` fit on the disk of `path`; neither it nor the folders above it need to exist.
 * A file system that does not report its space passes.
 * @throws Failure
 */
export async function requireSpace(path: string, bytes: number, action: string): Promise<void> {
  const free = await freeSpace(resolve(path));
  if (free === undefined || free >= bytes) return;
  throw new Failure(
    `Cannot ${action}: the disk must have ${formatBytes(bytes)} free, but it has ${formatBytes(free)}. Free some space, or choose another folder.`,
  );
}

async function freeSpace(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize, blocks } = await statfs(path);
    // Some network and virtual file systems have no size at all.
    return blocks === 0 ? undefined : bavail * bsize;
  } catch (error) {
    const above = dirname(path);
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && above !== path ? freeSpace(above) : undefined;
  }
}
