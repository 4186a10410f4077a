/**
 * Copies of model folders: after a crash the next engine loads the same models, though the folders may have changed by
 * then, or may no longer load.
 */
import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
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
    return { options: { ...options, models, copy }, tell, drop };
  } catch (error) {
    await drop();
    return { options, failed: error, tell: (one) => one, drop: async () => {} };
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

async function copyModel(from: string, to: string): Promise<void> {
  await mkdir(to);
  const how = { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE };
  for (const part of ['scheduler', 'unet']) {
    await cp(join(from, part), join(to, part), { ...how, filter: (path) => !WEIGHTS.test(path) });
  }
  const { index } = MODEL_FILES;
  await cp(join(from, index), join(to, index), how).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error; // a model does not need it
  });
}
