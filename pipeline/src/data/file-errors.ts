/** What the file system refuses, told as the user's mistake that it is. */
import { InputError } from '@onnoise/scheduler';

const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  ENOENT: 'it is not there',
  EMFILE: 'too many open files',
};

/** Runs `work`; an error of the file system that is no bug becomes an InputError with `action` and `path`. */
export async function withFileErrors<T>(action: string, path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
    if (error instanceof InputError || reason === undefined) throw error;
    throw new InputError(`Cannot ${action}: ${path} must be usable, received an error: ${reason}.`);
  }
}
