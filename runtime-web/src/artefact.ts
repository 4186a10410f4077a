/**
 * Reads what a model folder says of itself, from a URL or from files picked in the page. Layout:
 * scheduler/scheduler_config.json, unet/config.json, unet/model.onnx, and where they are there model_index.json and
 * README.md, the model card, which name the classes.
 */
import {
  checkAgreement,
  classNamesOf,
  InputError,
  parseSchedulerConfig,
  refuse,
  type SchedulerConfig,
} from '@onnoise/scheduler';
import { type DownloadOptions, download } from './download.ts';

/** A folder's files by their path in it: `{'unet/model.onnx': file, ...}`. */
export type ModelFiles = Readonly<Record<string, Blob | Uint8Array<ArrayBuffer>>>;

export interface Artefact {
  scheduler: SchedulerConfig;
  /** [C, H, W] of the images. */
  shape: [channels: number, height: number, width: number];
  /** Classes of a conditional model, 0 for an unconditional one. */
  classes: number;
  /** One a class, where model_index.json or the model card names them. */
  classNames?: string[];
}

/** Bytes of a file by its path in the folder. @throws InputError where it is not there or cannot be had whole. */
export type ReadFile = (path: string, options?: Omit<DownloadOptions, 'action'>) => Promise<Uint8Array<ArrayBuffer>>;

export const ACTION = 'load the model';

/** How the files of a folder are read. */
export function openFolder(source: string | URL | ModelFiles): ReadFile {
  if (typeof source === 'string' || source instanceof URL) {
    const folder = String(source).replace(/\/+$/, '');
    return (path, options = {}) => download(`${folder}/${path}`, { action: ACTION, ...options });
  }
  return async (path, { onProgress, signal } = {}) => {
    const file = findFile(source, path);
    if (file === undefined) throw new InputError(`Cannot ${ACTION}: ${path} must be among the files, received none.`);
    const total = file instanceof Uint8Array ? file.length : file.size;
    onProgress?.(0, total);
    const bytes = file instanceof Uint8Array ? file : await readBlob(path, file);
    signal?.throwIfAborted();
    onProgress?.(total, total);
    return bytes;
  };
}

/** Everything but the network itself. @throws InputError that names the file and what is wrong with it. */
export async function readArtefact(read: ReadFile, signal?: AbortSignal): Promise<Artefact> {
  const [scheduler, unet] = await Promise.all([
    readJson(read, 'scheduler/scheduler_config.json', signal),
    readJson(read, 'unet/config.json', signal),
  ]);
  const { sample_size: size, num_class_embeds: classes = null } = unet;
  const channelsName = unet.image_channels === undefined ? 'in_channels' : 'image_channels'; // the latter in SimpleUnet
  const channels = unet[channelsName];
  const [height, width, ...more] = Array.isArray(size) ? size : [size, size];
  if (channels !== 1 && channels !== 3) refuse(ACTION, `${channelsName} of unet/config.json`, '1 or 3', channels);
  if (!isCount(height) || !isCount(width) || more.length > 0) {
    refuse(ACTION, 'sample_size of unet/config.json', 'a positive integer or two, [height, width]', size);
  }
  if (classes !== null && !isCount(classes)) {
    refuse(ACTION, 'num_class_embeds of unet/config.json', 'null or a positive integer', classes);
  }
  const { out_channels: outChannels = channels } = unet;
  if (outChannels !== channels) {
    refuse(ACTION, 'out_channels of unet/config.json', `${channelsName}, ${String(channels)}`, outChannels);
  }
  const parsed = parseSchedulerConfig(scheduler);
  const { num_train_timesteps: timesteps } = parsed;
  checkAgreement(ACTION, { timesteps, unetTimesteps: unet.num_train_timesteps, classes: classes ?? 0 });
  const classNames = classes === null ? undefined : await readClassNames(read, classes, signal);
  return {
    scheduler: parsed,
    shape: [channels, height, width],
    classes: classes ?? 0,
    ...(classNames && { classNames }),
  };
}

/** undefined where neither file names each class. */
async function readClassNames(read: ReadFile, classes: number, signal?: AbortSignal): Promise<string[] | undefined> {
  /** A model needs none of them. */
  const optional = (path: string): Promise<Uint8Array | undefined> =>
    read(path, { signal }).catch(() => {
      signal?.throwIfAborted();
      return undefined;
    });
  const [index, card] = await Promise.all([optional('model_index.json'), optional('README.md')]);
  const json = index === undefined ? {} : parseJson('model_index.json', index);
  return classNamesOf(ACTION, json, new TextDecoder().decode(card), classes);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

async function readJson(read: ReadFile, path: string, signal?: AbortSignal): Promise<Record<string, unknown>> {
  return parseJson(path, await read(path, { signal }));
}

function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(`Cannot ${ACTION}: ${path} must be JSON, received "${(error as Error).message}".`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    refuse(ACTION, path, 'a JSON object', json);
  }
  return json as Record<string, unknown>;
}

/** By its path, else by the path's end where a folder above was picked too, else by its name where files were. */
function findFile(files: ModelFiles, path: string): Blob | Uint8Array<ArrayBuffer> | undefined {
  if (Object.hasOwn(files, path)) return files[path];
  const names = Object.keys(files);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const found = names.filter((key) => key.endsWith(`/${path}`));
  if (found.length === 1) return files[found[0]!];
  return Object.hasOwn(files, name) ? files[name] : undefined;
}

async function readBlob(path: string, file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new InputError(`Cannot ${ACTION}: ${path} must be readable, received "${(error as Error).message}".`);
  }
}
