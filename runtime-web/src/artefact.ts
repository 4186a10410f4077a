/**
 * Reads what a model folder says of itself, from a URL or from files picked in the page. Layout:
 * scheduler/scheduler_config.json, unet/config.json, unet/model.onnx.
 */
import { InputError, parseSchedulerConfig, refuse, type SchedulerConfig } from '@onnoise/scheduler';

/** A folder's files by their path in it: `{'unet/model.onnx': file, ...}`. */
export type ModelFiles = Readonly<Record<string, Blob | Uint8Array<ArrayBuffer>>>;

export interface Artefact {
  scheduler: SchedulerConfig;
  /** [C, H, W] of the images. */
  shape: [channels: number, height: number, width: number];
  /** Classes of a conditional model, 0 for an unconditional one. */
  classes: number;
  /** The network. */
  onnx: Uint8Array;
}

const ACTION = 'load the model';

/** @throws InputError that names the file which is missing, is not JSON, or holds what is not supported. */
export async function readArtefact(source: string | URL | ModelFiles): Promise<Artefact> {
  const [scheduler, unet] = await Promise.all([
    readJson(source, 'scheduler/scheduler_config.json'),
    readJson(source, 'unet/config.json'),
  ]);
  const config = unet as Record<string, unknown>;
  const { sample_size: size, num_class_embeds: classes = null } = config;
  const channelsName = config.image_channels === undefined ? 'in_channels' : 'image_channels'; // the latter in SimpleUnet
  const channels = config[channelsName];
  const [height, width, ...more] = Array.isArray(size) ? size : [size, size];
  if (!isCount(channels)) refuse(ACTION, `${channelsName} of unet/config.json`, 'a positive integer', channels);
  if (!isCount(height) || !isCount(width) || more.length > 0) {
    refuse(ACTION, 'sample_size of unet/config.json', 'a positive integer or two, [height, width]', size);
  }
  if (classes !== null && !isCount(classes)) {
    refuse(ACTION, 'num_class_embeds of unet/config.json', 'null or a positive integer', classes);
  }
  return {
    scheduler: parseSchedulerConfig(scheduler),
    shape: [channels, height, width],
    classes: classes ?? 0,
    onnx: new Uint8Array(await (await open(source, 'unet/model.onnx')).arrayBuffer()),
  };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

async function readJson(source: string | URL | ModelFiles, path: string): Promise<unknown> {
  const text = await (await open(source, path)).text();
  try {
    return JSON.parse(text) ?? {};
  } catch (error) {
    throw new InputError(`Cannot ${ACTION}: ${path} must be JSON, received "${(error as Error).message}".`);
  }
}

async function open(source: string | URL | ModelFiles, path: string): Promise<Blob | Response> {
  if (typeof source === 'string' || source instanceof URL) {
    const url = `${String(source).replace(/\/+$/, '')}/${path}`;
    const response = await fetch(url);
    if (!response.ok)
      throw new InputError(`Cannot ${ACTION}: ${url} must be there, received status ${response.status}.`);
    return response;
  }
  const file = Object.hasOwn(source, path) ? source[path] : undefined;
  if (file === undefined) throw new InputError(`Cannot ${ACTION}: ${path} must be among the files, received none.`);
  return file instanceof Uint8Array ? new Blob([file]) : file;
}
