/**
 * Copies of model folders: after a crash the next engine loads the same models, though the folders may have changed by
 * then, or may no longer load.
 */
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOADING, MODEL_FILES } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { readModelFolder } from '../model-folder.ts';
import type { EngineOptions } from './protocol.ts';

export interface KeptModels {
  /** For an engine: with the copies instead of the folders, if there are copies. */
  options: EngineOptions;
  /** Why there are no copies. */
  failed?: unknown;
  /** The error, with the original folders named instead of the copies. */
  tell(error: unknown): unknown;
  /** Whether these are the models that are kept, and their folders still hold the same; never where there are no copies. */
  holds(models: EngineOptions['models']): Promise<boolean>;
  /** Removes the copies. */
  drop(): Promise<void>;
}

/** Files that sampling does not read. The network itself may span several files. */
const WEIGHTS = /\.(safetensors|bin|ckpt|pt|h5|msgpack)$/;

/**
 * Copies the files of each folder that sampling reads into the system's temporary folder. If that has no room, the
 * folders themselves are used.
 * @throws InputError for a folder that is no model, as `readModelFolder` does.
 */
export async function keepModels(options: EngineOptions): Promise<KeptModels> {
  const folders = Object.entries(options.models);
  for (const [, folder] of folders) await check(folder);
  let copy: string | undefined;
  const drop = async () => {
    if (copy !== undefined) await rm(copy, { recursive: true, force: true }).catch(() => {});
  };
  try {
    copy = await mkdtemp(join(tmpdir(), 'onnoise-serve-'));
    const models: Record<string, string> = {};
    for (const [name, folder] of folders) {
      models[name] = join(copy, name);
      await copyModel(folder, models[name]);
    }
    const tell = (error: unknown) => {
      if (!(error instanceof InputError)) return error;
      const message = folders.reduce((text, [name, folder]) => text.replaceAll(models[name]!, folder), error.message);
      return new InputError(message);
    };
    let kept: Promise<string> | undefined; // of the copies, which stay as they are
    const holds = async (now: EngineOptions['models']) => {
      kept ??= fingerprintOf(models);
      return (await fingerprintOf(now).catch(() => '')) === (await kept);
    };
    return { options: { ...options, models, copy }, tell, holds, drop };
  } catch (error) {
    await drop();
    return { options, failed: error, tell: (one) => one, holds: async () => false, drop: async () => {} };
  }
}

async function check(folder: string): Promise<void> {
  try {
    await readModelFolder(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof InputError || code === undefined) throw error;
    throw new InputError(`Cannot ${LOADING}: ${folder} must be a model folder that can be read, received ${code}.`);
  }
}

/** The folders in a model folder that sampling reads all files of but {@link WEIGHTS}. */
const PARTS = ['scheduler', 'unet', 'vae'];

/** Of the names of models, and of all that sampling reads in their folders. */
async function fingerprintOf(models: EngineOptions['models']): Promise<string> {
  const hash = createHash('sha256');
  for (const [name, folder] of Object.entries(models).sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0`);
    for (const path of await filesOf(folder)) {
      hash.update(`${path}\0`);
      for await (const bytes of createReadStream(join(folder, path))) hash.update(bytes as Buffer);
      hash.update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const part of [...PARTS, MODEL_FILES.index]) {
    const found = await stat(join(folder, part)).catch(() => undefined);
    if (found?.isFile()) files.push(part);
    if (!found?.isDirectory()) continue;
    for (const name of await readdir(join(folder, part), { recursive: true })) {
      const path = join(part, name);
      if (!WEIGHTS.test(path) && (await stat(join(folder, path))).isFile()) files.push(path);
    }
  }
  return files.sort();
}

async function copyModel(from: string, to: string): Promise<void> {
  await mkdir(to);
  const how = { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE };
  for (const part of PARTS) {
    const whole = cp(join(from, part), join(to, part), { ...how, filter: (path) => !WEIGHTS.test(path) });
    if (part === 'vae') await whole.catch(unlessMissing);
    else await whole;
  }
  const { index } = MODEL_FILES;
  await cp(join(from, index), join(to, index), how).catch(unlessMissing);
}

/** Of what a model does not need. */
function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
