/** What the file system refuses, in one sentence: a path is the user's to mend, a full or broken disk a failure. */
import { InputError } from '@onnoise/scheduler';
import { Failure } from '../terminal/errors.ts';

const PATH_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  EISDIR: 'it is a folder',
  ENOENT: 'it is not there',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

const MACHINE_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the file system allows',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** Why the file system refused, as a clause; undefined for every other error. */
export function fileReason(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return PATH_REASONS[code] ?? MACHINE_REASONS[code];
}

/** The error to throw in place of one of the file system; every other error stays what it is. */
export function fileError(action: string, path: string, error: unknown): unknown {
  const reason = fileReason(error);
  if (reason === undefined) return error;
  const message = `Cannot ${action}: ${path} must be usable, received an error: ${reason}.`;
  return (error as NodeJS.ErrnoException).code! in MACHINE_REASONS ? new Failure(message) : new InputError(message);
}

/** Runs `work`; what the file system refuses becomes the error of `fileError`. */
export async function withFileErrors<T>(action: string, path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(action, path, error);
  }
}
