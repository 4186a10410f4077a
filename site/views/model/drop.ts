/** Files from a drop or a file dialog, with their paths. Nothing is read yet, and nothing leaves the browser. */
import { InputError } from '@onnoise/scheduler/rules';
import type { Incoming } from './arrange.ts';

/** A file that is known by its path until it is opened. */
export interface Listed {
  path: string;
  open(): Promise<Blob>;
}

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
  /** Folders are walked until so many files are found. Default: 2000, as more are not a model. */
  most?: number;
}

const MOST_FILES = 2000;

const MODEL: DropLimits = { action: 'load the model', rule: 'it must be one model folder' };

/** The part of DataTransfer that is used here. */
export interface Dropped {
  items: ArrayLike<{ kind: string; webkitGetAsEntry?(): Entry | null; getAsFile(): (Blob & { name: string }) | null }>;
}

/** As `listDrop`, with all files. @throws InputError also for a file that cannot be read */
export async function filesOfDrop(dropped: Dropped, limits: DropLimits = MODEL): Promise<Incoming[]> {
  return openAll(await listDrop(dropped, limits));
}

export async function openAll(listed: readonly Listed[]): Promise<Incoming[]> {
  const files: Incoming[] = [];
  for (const { path, open } of listed) files.push({ path, file: await open() });
  return files;
}

/**
 * Must be called before the drop event ends, because the browser then empties its list.
 * @throws InputError if a folder cannot be read, or there are too many files.
 */
export async function listDrop({ items }: Dropped, limits: DropLimits): Promise<Listed[]> {
  const roots = Array.from(items)
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files: Listed[] = [];
  for (const root of roots) {
    if (root === null) continue;
    if ('isFile' in root) await walk(root, '', files, limits);
    else files.push({ path: root.name, open: async () => root });
  }
  return files;
}

export function filesOfDialog(files: ArrayLike<Blob & { name: string; webkitRelativePath: string }>): Incoming[] {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function walk(entry: Entry, folder: string, files: Listed[], limits: DropLimits): Promise<void> {
  const path = folder + entry.name;
  const fail = (error: unknown): never => {
    throw unreadable(limits, path, error);
  };
  if (entry.isFile) {
    files.push({ path, open: () => new Promise<Blob>((...done) => entry.file!(...done)).catch(fail) });
  }
  if (!entry.isDirectory) return;
  const { action, rule, most = MOST_FILES } = limits;
  if (files.length > most) throw new InputError(`Cannot ${action}: ${rule}, received more than ${most} files.`);
  const reader = entry.createReader!();
  const next = () => new Promise<Entry[]>((...done) => reader.readEntries(...done));
  // Each call gives some entries, at most a hundred in Chromium; the last gives none.
  for (let entries = await next().catch(fail); entries.length > 0; entries = await next().catch(fail)) {
    for (const inside of entries) await walk(inside, `${path}/`, files, limits);
  }
}

function unreadable({ action }: DropLimits, path: string, error: unknown): InputError {
  return new InputError(`Cannot ${action}: ${path} must be readable, received "${(error as Error).message}".`);
}
