/** Whether a disk has room for what is to be written, asked before the work. */
import { statfsSync } from 'node:fs';
import { Failure } from '../terminal/errors.ts';
import { formatBytes } from '../terminal/format.ts';

/**
 * Throws Failure when the file system of `folder`, which is there, has less than `bytes` left. A file system that does not
 * tell passes: then the writing will.
 */
export function requireSpace(folder: string, bytes: number, action: string): void {
  const { bavail, bsize, blocks } = statfsSync(folder);
  const free = bavail * bsize;
  if (blocks === 0 || free >= bytes) return;
  throw new Failure(
    `Cannot ${action}: the disk of ${folder} must have ${formatBytes(bytes)} free, it has ${formatBytes(free)}.`,
  );
}
