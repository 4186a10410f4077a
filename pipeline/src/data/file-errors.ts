/** What the file system refuses, with the file or folder in question. */
import { withDiskErrors } from '../disk-errors.ts';

/** Runs `work`; an error of the file system that is no bug becomes one sentence with `action` and `path`. */
export function withFileErrors<T>(action: string, path: string, work: () => T | Promise<T>): Promise<T> {
  return withDiskErrors(`${action}: ${path} must be usable, received an error`, work);
}
