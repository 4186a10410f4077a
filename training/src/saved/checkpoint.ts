/**
 * Checkpoints of a run: `checkpoints/step-00000123/` holds `state.safetensors` (weights, EMA, Adam's moments, under the
 * training state's names) and `checkpoint.json` (step, place in the data, seeds, configuration, size and hash of the
 * first file). It is written under a temporary name, flushed to the disk and renamed, so a stop at any moment leaves
 * only whole checkpoints.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure } from '@onnoise/base/files';
import { sizeOf } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import type { BatchPosition } from '@onnoise/scheduler/training';
import { readSafetensors, writeSafetensors } from '../folder/safetensors.ts';
import type { Ledger } from '../privacy/ledger.ts';
import type { TrainConfig } from '../settings/config.ts';
import type { StepTensor } from '../step/contracts.ts';

/** The contents of `checkpoint.json`: all that a run needs to go on as if it had not stopped. */
export interface CheckpointInfo {
  format: 1;
  /** Updates done. */
  step: number;
  epoch: number;
  /** Place in the data, as the batches keep it. */
  position: BatchPosition;
  seed: number;
  /** Seconds of training so far, without the stops. */
  seconds: number;
  /** Seconds that a run by the clock keeps for its end; null if not known or not needed. */
  reserve: number | null;
  lr: number;
  loss: number;
  /** The resolved configuration of the run, and which images it is trained on. */
  config: TrainConfig;
  data: { name: string; hash: string };
  /** Of a private run. */
  privacy?: Ledger;
}

interface StoredInfo extends CheckpointInfo {
  state: { file: string; bytes: number; sha256: string };
}

export interface Checkpoint {
  path: string;
  info: CheckpointInfo;
  state: Map<string, Float32Array>;
}

const STATE_FILE = 'state.safetensors';
const INFO_FILE = 'checkpoint.json';
const FOLDER_NAME = /^step-(\d{8,})$/;

export const checkpointName = (step: number) => `step-${String(step).padStart(8, '0')}`;

/** Size of a checkpoint on the disk, give or take a few thousand bytes. */
export const checkpointBytes = (specs: readonly StepTensor[]): number =>
  specs.reduce((sum, { name, shape }) => sum + 4 * sizeOf(shape) + name.length + 100, 8192);

/** Checkpoints in a folder, the oldest first, by name alone. Empty if there is no folder. */
export async function listCheckpoints(folder: string): Promise<{ step: number; path: string }[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw diskFailure(error, `read ${folder}`);
  });
  return names
    .flatMap((name) => {
      const step = FOLDER_NAME.exec(name)?.[1];
      return step ? [{ step: Number(step), path: join(folder, name) }] : [];
    })
    .sort((a, b) => a.step - b.step);
}

/**
 * Saves a checkpoint, then removes all but the newest `keep`. Returns its folder.
 * @throws Failure when the disk is full, InputError when it cannot be written; either way the older checkpoints stay.
 */
export async function saveCheckpoint(
  folder: string,
  info: CheckpointInfo,
  specs: readonly StepTensor[],
  state: ReadonlyMap<string, Float32Array>,
  keep: number,
): Promise<string> {
  const target = join(folder, checkpointName(info.step));
  const temporary = join(folder, `tmp-${checkpointName(info.step)}-${process.pid}`);
  try {
    await mkdir(temporary, { recursive: true });
    const tensors = new Map(specs.map(({ name, shape }) => [name, { shape, data: required(state, name) }]));
    const written = await writeSafetensors(join(temporary, STATE_FILE), tensors, { format: 'pt' });
    const stored: StoredInfo = { ...info, state: { file: STATE_FILE, ...written } };
    await writeFile(join(temporary, INFO_FILE), `${JSON.stringify(stored, null, 2)}\n`, { flush: true });
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw diskError(error, `save the checkpoint of step ${info.step} in ${folder}`);
  }
  const all = await listCheckpoints(folder);
  for (const { path } of all.slice(0, Math.max(0, all.length - keep))) await rm(path, { recursive: true, force: true });
  return target;
}

/**
 * @param specs the tensors that the state must have, or a function that finds them from the JSON; without it, any state
 *   is accepted.
 * @throws InputError when a file is missing, truncated or altered, or the state is not the expected one.
 */
export async function loadCheckpoint(
  path: string,
  specs?: readonly StepTensor[] | ((info: CheckpointInfo) => readonly StepTensor[]),
): Promise<Checkpoint> {
  const { state: stored, ...info } = await readInfo(path);
  const file = join(path, stored.file);
  const size = await stat(file).then(
    ({ size }) => size,
    () => undefined,
  );
  if (size !== stored.bytes) {
    const what =
      size === undefined
        ? `${stored.file} is missing`
        : `${stored.file} is truncated (${size} of ${stored.bytes} bytes)`;
    throw new InputError(`Cannot read the checkpoint ${path}: ${what}.`);
  }
  const { tensors, sha256 } = await readSafetensors(file);
  if (sha256 !== stored.sha256) {
    throw new InputError(`Cannot read the checkpoint ${path}: ${stored.file} is damaged: its SHA-256 does not match.`);
  }
  const state = new Map<string, Float32Array>();
  const stands = [...tensors].map(([name, { shape }]) => ({ name, shape }));
  const expected = typeof specs === 'function' ? specs(info) : (specs ?? stands);
  for (const { name, shape } of expected) {
    const entry = tensors.get(name);
    if (!entry || !(entry.data instanceof Float32Array) || entry.shape.join() !== shape.join()) {
      const has = entry ? `[${entry.shape.join(', ')}]` : 'none';
      throw new InputError(
        `Cannot read the checkpoint ${path}: ${name} must have the shape [${shape.join(', ')}], the checkpoint has ${has}.`,
      );
    }
    state.set(name, entry.data);
  }
  const surplus = stands.find(({ name }) => !state.has(name));
  if (surplus) {
    throw new InputError(
      `Cannot read the checkpoint ${path}: it must hold only what the settings ask for, which have no ${surplus.name}.`,
    );
  }
  return { path, info, state };
}

/** The JSON part alone: cheap, and enough to compare configurations. */
async function readInfo(path: string): Promise<StoredInfo> {
  const refuse = (rule: string) => new InputError(`Cannot read the checkpoint ${path}: ${rule}.`);
  const text = await readFile(join(path, INFO_FILE), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT'
      ? refuse(`${INFO_FILE} is missing`)
      : diskFailure(error, `read the checkpoint ${path}`);
  });
  let info: StoredInfo;
  try {
    info = JSON.parse(text);
  } catch {
    throw refuse(`${INFO_FILE} is truncated or not JSON`);
  }
  if (info?.format !== 1) throw refuse(`format must be 1, is ${JSON.stringify(info?.format)}`);
  const { step, position, state } = info;
  const whole =
    Number.isSafeInteger(step) && Number.isSafeInteger(position?.index) && typeof state?.sha256 === 'string';
  if (!whole) throw refuse(`${INFO_FILE} lacks fields`);
  return info;
}

export interface Resumed {
  checkpoint: Checkpoint;
  /** Newer checkpoints that could not be read, with the reasons; they were renamed to `broken-...`. */
  broken: { path: string; reason: string }[];
}

/**
 * The newest checkpoint that can be read, undefined when there is none at all. It removes what a killed run left
 * half-written, and sets a damaged checkpoint aside to use the one before it.
 *
 * @param check sees a checkpoint's JSON first; its InputError ends the search, since an older one would be no better.
 * @throws InputError when there are checkpoints and none can be read.
 */
export async function resumeCheckpoint(
  folder: string,
  specs: readonly StepTensor[],
  check: (info: CheckpointInfo) => void = () => {},
): Promise<Resumed | undefined> {
  await removeLeftovers(folder);
  const broken: Resumed['broken'] = [];
  const damaged: string[] = [];
  let checkpoint: Checkpoint | undefined;
  for (const { path } of (await listCheckpoints(folder)).reverse()) {
    const info = await readInfo(path).catch(userError);
    if (!(info instanceof InputError)) check(info);
    const loaded = info instanceof InputError ? info : await loadCheckpoint(path, specs).catch(userError);
    if (!(loaded instanceof InputError)) {
      checkpoint = loaded;
      break;
    }
    broken.push({ path, reason: loaded.message });
    damaged.push(path);
  }
  if (!checkpoint) {
    if (broken.length === 0) return undefined;
    throw new InputError(
      `Cannot continue the run: none of its ${broken.length} checkpoints can be read. ${broken.map(({ reason }) => reason).join(' ')}`,
    );
  }
  for (const path of damaged) await rename(path, await freeName(path));
  return { checkpoint, broken };
}

/** Removes what a killed run left half-written. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name.startsWith('tmp-')) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Turns an error of the disk into a sentence; other errors stay as they are. */
export function diskError(error: unknown, action: string): unknown {
  return diskFailure(error, action, 'free some space and start again with --resume');
}

function userError(error: unknown): InputError {
  if (error instanceof InputError) return error;
  throw error;
}

function required(state: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const values = state.get(name);
  if (!values) throw new Error(`the training state lacks ${name}`);
  return values;
}

async function freeName(path: string): Promise<string> {
  const base = path.replace(/step-(\d+)$/, 'broken-$1');
  for (let i = 0; ; i++) {
    const name = i === 0 ? base : `${base}-${i}`;
    if (!(await stat(name).catch(() => undefined))) return name;
  }
}

/** Flushes a rename to the disk. Windows cannot open folders, but journals renames. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
