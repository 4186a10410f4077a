/** Files from a drop or a file dialog, with their paths. Nothing is read yet, and nothing leaves the browser. */
import { InputError } from '@onnoise/scheduler';
import type { Incoming } from './arrange.ts';

/** More files than this are not a model. */
const MOST_FILES = 2000;

/** The parts of FileSystemEntry and its subtypes that are used here. */
export interface Entry {
  readonly name: string;
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  file?(done: (file: Blob) => void, failed: (error: Error) => void): void;
  createReader?(): { readEntries(done: (entries: Entry[]) => void, failed: (error: Error) => void): void };
}

/** What a drop is for, in the sentences about files that cannot be read, or are too many. */
export interface DropLimits {
  /** Completes "Cannot ...". */
  action: string;
  /** What a drop must be. */
  rule: string;
}

const MODEL: DropLimits = { action: 'load the model', rule: 'it must be one model folder' };

/** The part of DataTransfer that is used here. */
export interface Dropped {
  items: ArrayLike<{ kind: string; webkitGetAsEntry?(): Entry | null; getAsFile(): (Blob & { name: string }) | null }>;
}

/**
 * Must be called before the drop event ends, because the browser then empties its list.
 * @throws InputError if a file cannot be read, or there are too many.
 */
export async function filesOfDrop({ items }: Dropped, limits: DropLimits = MODEL): Promise<Incoming[]> {
  const roots = Array.from(items)
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files: Incoming[] = [];
  for (const root of roots) {
    if (root === null) continue;
    if ('isFile' in root) await walk(root, '', files, limits);
    else files.push({ path: root.name, file: root });
  }
  return files;
}

export function filesOfDialog(files: ArrayLike<Blob & { name: string; webkitRelativePath: string }>): Incoming[] {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function walk(entry: Entry, folder: string, files: Incoming[], limits: DropLimits): Promise<void> {
  const path = folder + entry.name;
  try {
    if (entry.isFile) files.push({ path, file: await new Promise<Blob>((...done) => entry.file!(...done)) });
    if (!entry.isDirectory) return;
  } catch (error) {
    throw unreadable(limits, path, error);
  }
  if (files.length > MOST_FILES) {
    const { action, rule } = limits;
    throw new InputError(`Cannot ${action}: ${rule}, received more than ${MOST_FILES} files.`);
  }
  const reader = entry.createReader!();
  const next = () => new Promise<Entry[]>((...done) => reader.readEntries(...done));
  // Each call gives some entries, at most a hundred in Chromium; the last gives none.
  for (let entries = await next().catch(fail); entries.length > 0; entries = await next().catch(fail)) {
    for (const inside of entries) await walk(inside, `${path}/`, files, limits);
  }
  function fail(error: unknown): never {
    throw unreadable(limits, path, error);
  }
}

function unreadable({ action }: DropLimits, path: string, error: unknown): InputError {
  return new InputError(`Cannot ${action}: ${path} must be readable, received "${(error as Error).message}".`);
}
