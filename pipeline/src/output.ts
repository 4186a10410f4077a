/**
 * Files that are there whole or not at all: written beside their place under a temporary name, then renamed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '@onnoise/scheduler';

/** A name beside `path` that nobody else uses. */
export function temporaryName(path: string): string {
  const whole = resolve(path);
  return join(dirname(whole), `.${basename(whole)}.${randomBytes(4).toString('hex')}.tmp`);
}

/** Writes a file, with the folders above it. */
export async function writeWhole(path: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(path);
  await mkdir(dirname(resolve(path)), { recursive: true });
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Makes sure that a file or a folder can be written, by doing it: call it before long work. Makes the folders above it.
 * @throws InputError that names the option and what is in the way.
 */
export async function checkWritable(option: string, path: string, kind: 'file' | 'folder'): Promise<void> {
  const refuse = (reason: string) => {
    throw new InputError(`Cannot write ${path}: ${option} must be a ${kind} that can be written, ${reason}.`);
  };
  const found = await stat(path).catch(() => undefined);
  if (found && found.isDirectory() !== (kind === 'folder')) {
    refuse(found.isDirectory() ? 'there is a folder of that name' : 'there is a file of that name');
  }
  const folder = kind === 'folder' ? resolve(path) : dirname(resolve(path));
  const trial = temporaryName(join(folder, 'trial'));
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(trial, '');
    await rm(trial);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}
