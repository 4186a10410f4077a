/**
 * What a file system refuses: the one table of it, for the pipeline and the runtimes. A path that cannot be used is the
 * user's to mend; a disk that is full or broken is a failure of the machine.
 */
export interface DiskRefusal {
  /** What is wrong: a clause. */
  reason: string;
  fault: 'machine' | 'path';
}

const REFUSALS: Readonly<Record<string, DiskRefusal>> = {
  ENOSPC: { reason: 'the disk is full', fault: 'machine' },
  EDQUOT: { reason: 'the disk quota is used up', fault: 'machine' },
  EFBIG: { reason: 'the file is larger than the file system allows', fault: 'machine' },
  EIO: { reason: 'the disk reports an error', fault: 'machine' },
  EMFILE: { reason: 'too many files are open', fault: 'machine' },
  ENFILE: { reason: 'too many files are open', fault: 'machine' },
  EBUSY: { reason: 'it is in use', fault: 'machine' },
  EROFS: { reason: 'the file system is read-only', fault: 'path' },
  EACCES: { reason: 'permission is denied', fault: 'path' },
  EPERM: { reason: 'permission is denied', fault: 'path' },
  ENOENT: { reason: 'it is not there', fault: 'path' },
  ENOTDIR: { reason: 'a part of the path is a file', fault: 'path' },
  EEXIST: { reason: 'a part of the path is a file', fault: 'path' },
  EISDIR: { reason: 'it is a folder', fault: 'path' },
  ENAMETOOLONG: { reason: 'the name is too long', fault: 'path' },
  EINVAL: { reason: 'it is not made to be read or written in this way', fault: 'path' },
  ENXIO: { reason: 'there is no device behind it', fault: 'path' },
  ENODEV: { reason: 'there is no device behind it', fault: 'path' },
  ESRCH: { reason: 'its process has ended', fault: 'path' },
  ELOOP: { reason: 'its links lead in a circle', fault: 'path' },
};

/** The network refuses with some of the same codes. */
const NETWORK_CALLS = new Set(['connect', 'bind', 'listen', 'accept', 'getaddrinfo']);

/** The row of an error that the file system gave; undefined for every other error. */
export function diskRefusal(error: unknown): DiskRefusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall = '' } = error as { code?: string; syscall?: string };
  if (code === undefined || !Object.hasOwn(REFUSALS, code) || NETWORK_CALLS.has(syscall)) return undefined;
  return REFUSALS[code];
}
