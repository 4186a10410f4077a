/** Folders that cannot be written and disks that are full, found before long work and told in a sentence. */
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler';
import { formatBytes } from '../terminal/format.ts';

const REASONS: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is on a file system that is read-only',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  ENOENT: 'nothing can be made there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
};

/** True for what only the user can put right: a full disk, a read-only folder. */
export function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return error instanceof Error && syscall !== undefined && code !== undefined && code in REASONS;
}

/** An error of the disk as a sentence; every other as it is. */
export function explainDiskError(action: string, error: unknown): unknown {
  if (!isDiskError(error)) return error;
  return new InputError(`Cannot ${action}: ${REASONS[error.code!]} (${error.code}: ${error.path ?? error.syscall}).`);
}

/**
 * Writes a trial file.
 * @param what the folder in words: `node_modules`
 * @param advice what to do about it
 */
export async function checkFolder(what: string, folder: string, advice: string): Promise<void> {
  const trial = join(folder, `.trial-${process.pid}`);
  try {
    if (!existsSync(folder)) await mkdir(folder, { recursive: true });
    await writeFile(trial, '');
    await rm(trial);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = REASONS[code ?? ''] ?? message;
    throw new InputError(
      `Cannot write ${folder}: ${what} must be a folder that can be written, ${reason} (${code}). ${advice}`,
    );
  }
}

/** @throws InputError where a folder's disk has fewer bytes free than are needed */
export async function checkSpace(
  folder: string,
  needed: number,
  freeBytes: (folder: string) => Promise<number> = freeBytesOf,
): Promise<void> {
  const free = await freeBytes(folder);
  if (free < needed) {
    throw new InputError(
      `Cannot set up in ${folder}: the disk must have ${formatBytes(needed)} free, it has ${formatBytes(free)}.`,
    );
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
