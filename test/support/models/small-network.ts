/** A small convolutional network in a model folder, for tests of formats. */
import { join } from 'node:path';
import { exportWave } from '../diffusers/export.ts';
import { unetConfig } from './unet.ts';

export const SMALL_UNET = unetConfig({
  sample_size: 8,
  block_out_channels: [16, 16],
  norm_num_groups: 4,
  num_class_embeds: 3,
  null_condition: true,
  num_train_timesteps: 50,
});

export const SMALL_SIMPLE = {
  _class_name: 'SimpleUnet',
  sample_size: 8,
  image_channels: 3,
  channels: [8, 16],
  time_emb_dim: 4,
  num_train_timesteps: 50,
};

/** What makes it one of flow matching, whose network is told a timestep more. */
export const SMALL_FLOW = { prediction_type: 'flow_prediction', num_train_timesteps: 49, shift: 2 };

/** @returns the folder, in `root` */
export async function smallModel(root: string, network: object = SMALL_UNET, scheduler: object = {}): Promise<string> {
  const folder = join(root, String((network as { _class_name?: string })._class_name));
  await exportWave(folder, network, { num_train_timesteps: 50, ...scheduler });
  return folder;
}
