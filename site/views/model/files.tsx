/** The visitor's files: by a button, or dropped; and the pictures among them. */
import { InputError } from '@onnoise/scheduler/rules';
import type { TargetedEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import type { Rgba } from '../../state/picture.ts';
import { NoPicture, readFile } from '../../state/read-picture.ts';
import type { Incoming } from './arrange.ts';

/** Files from a drop or a file dialog, with their paths. Nothing is read yet, and nothing leaves the browser. */

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

function filesOfDialog(files: ArrayLike<Blob & { name: string; webkitRelativePath: string }>): Incoming[] {
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

/** Phones may lack it, but can pick single files. */
const hasFolders = typeof HTMLInputElement !== 'undefined' && 'webkitdirectory' in HTMLInputElement.prototype;

interface FilesButtonProps {
  label: string;
  folder?: boolean;
  accept?: string;
  locked?: boolean;
  onFiles(files: Incoming[]): void;
}

/** Nothing where a folder is asked for and the browser has no dialog for folders. */
export function FilesButton({ label, folder = false, accept, locked = false, onFiles }: FilesButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  if (folder && !hasFolders) return null;
  return (
    <>
      <Button
        icon={folder ? 'folder' : 'upload'}
        aria-disabled={locked || undefined} // not `disabled`: the focus returns here from a question
        onClick={() => locked || input.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accept}
        aria-label={label}
        {...(folder && { webkitdirectory: true })}
        onChange={takeFiles(onFiles)}
      />
    </>
  );
}

/** Of a file dialog: the same files may be chosen again. */
const takeFiles =
  (take: (files: Incoming[]) => void) =>
  ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    const files = filesOfDialog(currentTarget.files ?? []);
    if (files.length > 0) take(files);
    currentTarget.value = '';
  };

/** Pictures from the visitor's files: an even choice of many, and why some are left out. They stay on this page. */

export interface Read<T> {
  /** Of how many the pictures are an even choice; null: all are read. */
  of: number | null;
  pictures: T[];
  /** The files that were left out, and why, to end a sentence with; null: none. */
  leftOut: string | null;
}

const HIDDEN = /(^|\/)\./;
const PICTURE = /\.(png|jpe?g|webp|gif|avif|bmp)$/i;

/** Files in the order of their paths; of more than `most`, every so many-th, so that each folder has its share. */
export function chooseEvenly<T extends { path: string }>(
  files: readonly T[],
  most: number,
): { chosen: T[]; of: number } {
  const visible = files.filter(({ path }) => !HIDDEN.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  const named = visible.filter(({ path }) => PICTURE.test(path));
  // By their names most are pictures; where they have no such names, reading tells.
  const all = named.length > most ? named : visible;
  const count = Math.min(all.length, most);
  const chosen = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
  return { chosen, of: all.length };
}

/**
 * Reads files, in the order of their paths.
 * @param most of them
 * @param keep makes of a picture what is kept of it
 * @throws InputError where none is a picture
 */
export async function readEach<T>(
  files: readonly Listed[],
  most: number,
  keep: (image: Rgba, path: string) => T,
  onProgress: (done: number, total: number) => void,
): Promise<Read<T>> {
  const { chosen, of } = chooseEvenly(files, most);
  const pictures: T[] = [];
  const others = new Map<string, string[]>();
  for (const [i, { path, open }] of chosen.entries()) {
    onProgress(i, chosen.length);
    const image = await open()
      .then((file) => readFile(file, path))
      .catch((error: unknown) => {
        const received = error instanceof NoPicture ? error.received : 'a file that cannot be read';
        others.set(received, [...(others.get(received) ?? []), path]);
      });
    if (image) pictures.push(keep(image, path));
  }
  const leftOut = others.size === 0 ? null : othersOf(others);
  if (pictures.length > 0) return { of: of > chosen.length ? of : null, pictures, leftOut };
  throw new InputError(`Cannot read the pictures: they must be PNG, JPEG, WebP or GIF, received ${leftOut ?? 'none'}.`);
}

/** `a.heic and 2 more (a HEIC picture, ...), b.png (...)` @param others paths by what the files are */
function othersOf(others: ReadonlyMap<string, readonly string[]>): string {
  return [...others]
    .map(([received, [first, ...more]]) => `${first}${more.length > 0 ? ` and ${more.length} more` : ''} (${received})`)
    .join(', ');
}
