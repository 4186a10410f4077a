/**
 * Where the files of a checkpoint lie that diffusers wrote.
 *
 * | given                       | network            | weights                      | scheduler                            |
 * |-----------------------------|--------------------|------------------------------|--------------------------------------|
 * | a pipeline's folder         | `unet/config.json` | beside it                    | `scheduler/scheduler_config.json`    |
 * | a network's, or one of 2022 | `config.json`      | beside it                    | `scheduler_config.json`, `scheduler` in it or beside it |
 * | a folder of the Hub's cache | as above, in the snapshot that `refs/main` names; its files are links            |||
 * | a .safetensors file         | `config.json` beside it | the file                | as above                             |
 */
import { lstat, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { program, shellPath } from '@onnoise/base/text';
import { InputError } from '@onnoise/scheduler/rules';

export interface CheckpointFiles {
  /** `model_index.json`; undefined where there is none. */
  index: string | undefined;
  /** The network's `config.json`. */
  config: string;
  /** `scheduler_config.json`. */
  scheduler: string;
  /** A .safetensors file, or the .json that lists the files of a sharded one. */
  weights: string;
  /** Its README.md; undefined where there is none. */
  card: string | undefined;
}

/** Files that take the place of those that would be found. */
export interface NamedFiles {
  config?: string | undefined;
  scheduler?: string | undefined;
}

const WEIGHTS = 'diffusion_pytorch_model.safetensors';
const CONFIG = 'config.json';
const SCHEDULER = 'scheduler_config.json';

/** The list of a sharded checkpoint, with or without a variant such as fp16. */
export const isShardList = (path: string): boolean => /\.safetensors\.index(\.[^./\\]+)?\.json$/.test(path);

/** @throws InputError that names what is missing, is a pickle or is a link that leads nowhere. */
export async function findCheckpoint(from: string, named: NamedFiles = {}): Promise<CheckpointFiles> {
  const kind = await kindOf(from);
  if (kind === 'nothing') throw nothingThere(from);
  const root = kind === 'folder' ? await rootOf(from) : dirname(resolve(from));
  const inUnet = kind === 'folder' && (await kindOf(join(root, 'unet'))) === 'folder';
  const network = inUnet ? join(root, 'unet') : root;
  const weights = kind === 'file' ? await checkWeights(from, from) : await findWeights(from, network);
  const pipeline = inUnet ? root : dirname(network);
  return {
    index: await firstFile([join(root, 'model_index.json'), join(pipeline, 'model_index.json')]),
    config: await needed(from, '--config', named.config, [join(network, CONFIG)], configAdvice(network)),
    scheduler: await needed(
      from,
      '--scheduler',
      named.scheduler,
      [join(root, 'scheduler', SCHEDULER), join(root, SCHEDULER), join(pipeline, 'scheduler', SCHEDULER)],
      `${SCHEDULER}, in it or in the folder scheduler. Name such a file with --scheduler; one that holds only {} stands for the DDPM paper's schedule`,
    ),
    weights,
    card: await firstFile([join(root, 'README.md'), join(pipeline, 'README.md')]),
  };
}

const configAdvice = (folder: string) =>
  `${CONFIG} beside the weights, in ${folder}. Name such a file with --config: the tensors alone do not say how many heads or groups the network has`;

async function needed(from: string, option: string, given: string | undefined, places: string[], advice: string) {
  if (given !== undefined) {
    if ((await kindOf(given)) === 'file') return given;
    throw new InputError(`Cannot import ${from}: ${option} must be a file, received ${JSON.stringify(given)}.`);
  }
  const found = await firstFile(places);
  if (found === undefined) throw new InputError(`Cannot import ${from}: there must be a ${advice}.`);
  return found;
}

/** The folder itself; of a repository in the Hub's cache, its snapshot. */
export async function rootOf(from: string): Promise<string> {
  const names = await readdir(from);
  const cached = names.filter((name) => name.startsWith('models--'));
  if (cached.length > 0 && !names.includes('model_index.json')) {
    const example = join(from, cached[0]!);
    throw new InputError(
      `Cannot import ${from}: it must be one model, received a cache of ${cached.length}. Name one: ${example}`,
    );
  }
  if (!names.includes('snapshots')) return from;
  const snapshots = await readdir(join(from, 'snapshots'));
  const main = await readFile(join(from, 'refs', 'main'), 'utf8').catch(() => '');
  const wanted = main.trim() || (snapshots.length === 1 ? snapshots[0] : undefined);
  if (wanted !== undefined && snapshots.includes(wanted)) return join(from, 'snapshots', wanted);
  const have = snapshots.length === 0 ? 'none' : snapshots.join(', ');
  const rule = main.trim() === '' ? 'one snapshot' : `the snapshot ${main.trim()} that refs/main names`;
  throw new InputError(
    `Cannot import ${from}: a folder of the Hub's cache must hold ${rule}, received ${have}. Download it again, or name a folder in snapshots.`,
  );
}

/** The file of weights in a folder. */
export async function findWeights(from: string, folder: string): Promise<string> {
  const names = (await readdir(folder)).sort();
  if (names.includes(WEIGHTS)) return checkWeights(from, join(folder, WEIGHTS));
  const lists = names.filter(isShardList);
  const found = lists.length > 0 ? lists : names.filter((name) => name.endsWith('.safetensors'));
  if (found.length === 1) return checkWeights(from, join(folder, found[0]!));
  if (found.length > 1) {
    const files = found.map((name) => join(folder, name));
    throw new InputError(
      `Cannot import ${from}: it must hold one set of weights, received ${found.join(', ')}. Name one: ${program('import')} ${shellPath(files[0]!)}`,
    );
  }
  const pickle = names.find((name) => PICKLE.test(name));
  if (pickle !== undefined) refusePickle(from, pickle);
  const [received, advice] = names.includes('model.onnx')
    ? ['model.onnx alone', 'A folder that Onnoise wrote needs no import: sample it as it is']
    : [names.slice(0, 4).join(', ') || 'nothing', 'Name the folder of a diffusers pipeline, or a .safetensors file'];
  throw new InputError(`Cannot import ${from}: ${folder} must hold ${WEIGHTS}, received ${received}. ${advice}.`);
}

const PICKLE = /\.(bin|pt|pth|ckpt|pkl|pickle)$/i;

function refusePickle(from: string, name: string): never {
  throw new InputError(
    `Cannot import ${from}: the weights must be safetensors, received ${name}, a pickle, which is a program that runs when it is read. ` +
      'If you trust it, save it anew in Python: safetensors.torch.save_file writes what torch.load gives with weights_only=True.',
  );
}

async function checkWeights(from: string, path: string): Promise<string> {
  await kindOf(path); // refuses a link that leads nowhere
  if (PICKLE.test(path)) refusePickle(from, basename(path));
  if (/\.safetensors$/.test(path) || isShardList(path)) return path;
  throw new InputError(
    `Cannot import ${from}: it must be the folder of a diffusers pipeline or a .safetensors file, received ${basename(path)}.`,
  );
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await kindOf(path)) === 'file') return path;
  return undefined;
}

/** @throws InputError for a link that leads nowhere. */
export async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (found) return found.isDirectory() ? 'folder' : 'file';
  if ((await lstat(path).catch(() => undefined))?.isSymbolicLink()) {
    const target = await readlink(path);
    throw new InputError(
      `Cannot read ${path}: it is a link to ${target}, which does not exist. The download was not finished, or the folder was copied ` +
        'without the blobs of the cache: download it again, or copy it with cp -rL.',
    );
  }
  return 'nothing';
}

function nothingThere(from: string): InputError {
  const download = /^[\w.-]+\/[\w.-]+$/.test(from)
    ? ` Download a model of the Hub first: hf download ${from} --local-dir ${basename(from)}`
    : '';
  return new InputError(
    `Cannot import ${from}: it must be a folder or a .safetensors file, received nothing of that name.${download}`,
  );
}
