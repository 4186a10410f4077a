/**
 * Reads what a model folder says of itself, without opening the network. The folder is laid out as diffusers lays out a
 * pipeline: model_index.json, scheduler/scheduler_config.json, unet/config.json, unet/model.onnx.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkAgreement,
  classNamesOf,
  InputError,
  type OnnxFacts,
  parseSchedulerConfig,
  readOnnxFacts,
  type SchedulerConfig,
  show,
} from '@onnoise/scheduler';
import type { UnetShape } from './session.ts';

export interface Artefact {
  folder: string;
  scheduler: SchedulerConfig;
  unet: UnetShape;
  /** Path of the network. */
  onnx: string;
  /** One a class, where model_index.json or the model card names them. */
  classNames?: readonly string[] | undefined;
}

const ACTION = 'load model';

/**
 * @throws InputError that names the file which is missing, is not JSON, holds what is not supported or does not fit the
 * others.
 */
export async function readArtefact(folder: string): Promise<Artefact> {
  const kind = await kindOf(folder);
  if (kind !== 'folder') {
    throw new InputError(
      `Cannot load model: ${folder} must be a model folder, ${kind === 'file' ? 'received a file' : 'there is none'}.`,
    );
  }
  for (const part of ['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json', 'unet/model.onnx']) {
    if ((await kindOf(join(folder, part))) === 'file') continue;
    throw new InputError(`Cannot load model: ${folder} must be a model folder, its ${part} is missing.`);
  }
  const index = await readJson(join(folder, 'model_index.json'));
  const schedulerPath = join(folder, 'scheduler', 'scheduler_config.json');
  const schedulerJson = await readJson(schedulerPath);
  const unetPath = join(folder, 'unet', 'config.json');
  const unetJson = await readJson(unetPath);
  const unet = readUnetShape(unetPath, unetJson);
  const scheduler = inFile(schedulerPath, () => parseSchedulerConfig(schedulerJson));
  const onnx = join(folder, 'unet', 'model.onnx');
  const { fault, metadata } = await factsOf(onnx);
  if (fault !== undefined)
    throw new InputError(`Cannot ${ACTION}: ${onnx} must be an ONNX network, received ${fault}.`);
  const { num_train_timesteps: timesteps } = scheduler;
  const facts = { timesteps, unetTimesteps: unetJson.num_train_timesteps, classes: unet.classes };
  inFile(folder, () => checkAgreement(ACTION, facts, metadata));
  const card = await readFile(join(folder, 'README.md'), 'utf8').catch(() => ''); // a model needs no card
  return {
    folder,
    scheduler,
    unet,
    onnx,
    classNames: inFile(folder, () => classNamesOf(ACTION, index, card, unet.classes)),
  };
}

async function factsOf(path: string): Promise<OnnxFacts> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await readOnnxFacts({
      size,
      slice: (start, end) => ({
        arrayBuffer: async () => {
          const { buffer, bytesRead } = await file.read(
            new Uint8Array(Math.max(0, Math.min(end, size) - start)),
            0,
            undefined,
            start,
          );
          return buffer.buffer.slice(0, bytesRead);
        },
      }),
    });
  } finally {
    await file.close();
  }
}

/** The image and the classes of a `unet/config.json`; what else it holds describes the network, not how to call it. */
function readUnetShape(path: string, json: Record<string, unknown>): UnetShape {
  const refuse = (name: string, rule: string): never => {
    throw new InputError(`Cannot load model: ${name} in ${path} must be ${rule}, received ${show(json[name])}.`);
  };
  const { sample_size: size, out_channels: outChannels, num_class_embeds: classes } = json;
  const channelsName = json.image_channels === undefined ? 'in_channels' : 'image_channels';
  const channels = json[channelsName];
  const sides = Array.isArray(size) ? size : [size, size];
  if (sides.length !== 2 || !sides.every((side) => isWhole(side) && side > 0)) {
    return refuse('sample_size', 'a whole number of pixels or [height, width]');
  }
  if (channels !== 1 && channels !== 3) return refuse(channelsName, '1 or 3');
  if (outChannels !== undefined && outChannels !== channels)
    return refuse('out_channels', `${channelsName}, ${channels}`);
  if (classes !== undefined && classes !== null && !(isWhole(classes) && classes > 0)) {
    return refuse('num_class_embeds', 'null or a number of classes');
  }
  return { image: [channels, sides[0], sides[1]], classes: isWhole(classes) ? classes : 0 };
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8');
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch (error) {
    throw new InputError(`Cannot load model: ${path} must be JSON, received "${(error as Error).message}".`);
  }
  throw new InputError(`Cannot load model: ${path} must hold a JSON object, received ${show(text.trim())}.`);
}

/** Names the file in the message of an InputError. */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${error.message} (${path})`);
    throw error;
  }
}
