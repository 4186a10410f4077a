/** Small checkpoints as diffusers lays them out, with random weights, for tests of what can be wrong with them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeSafetensors, type SafetensorsEntry } from '#training/folder/safetensors.ts';
import { toStateDict } from '#training/folder/weights.ts';
import { createModel, initParameters } from '#training/model/index.ts';
import { attentiveConfig } from './models/unet.ts';

export const TINY = attentiveConfig({ _diffusers_version: '0.42.1' });
export const SCHEDULER = { _class_name: 'DDPMScheduler', _diffusers_version: '0.42.1', num_train_timesteps: 20 };
export const INDEX = {
  _class_name: 'DDPMPipeline',
  scheduler: ['diffusers', 'DDPMScheduler'],
  unet: ['diffusers', 'UNet2DModel'],
};

export interface CheckpointParts {
  /** Over TINY, in config.json and for the weights. */
  network?: object;
  /** In config.json alone. */
  config?: object;
  scheduler?: object;
  index?: object;
  /** Changes the tensors before they are written. */
  change?: (tensors: Map<string, SafetensorsEntry>) => void;
}

/** The tensors of a network of TINY, with changes. */
export function tinyTensors(network: object = {}): Map<string, SafetensorsEntry> {
  const model = createModel({ ...TINY, ...network });
  return toStateDict(model, initParameters(model, 7));
}

/** Writes the folder of a pipeline. */
export async function writeCheckpoint(folder: string, parts: CheckpointParts = {}): Promise<string> {
  const { network = {}, config = {}, scheduler = {}, index = {}, change } = parts;
  const tensors = tinyTensors(network);
  change?.(tensors);
  const json = (path: string, value: object) => writeFile(join(folder, path), `${JSON.stringify(value, null, 2)}\n`);
  await mkdir(join(folder, 'unet'), { recursive: true });
  await mkdir(join(folder, 'scheduler'), { recursive: true });
  await json('model_index.json', { ...INDEX, ...index });
  await json('scheduler/scheduler_config.json', { ...SCHEDULER, ...scheduler });
  await json('unet/config.json', { ...TINY, ...network, ...config });
  await writeFile(join(folder, WEIGHTS), encodeSafetensors(tensors, { format: 'pt' }));
  return folder;
}

export const WEIGHTS = join('unet', 'diffusion_pytorch_model.safetensors');
