/** The folder of an untrained model that draws latents: pictures of 16 x 16 pixels from latents of 8 x 8 x 2. */
import { join } from 'node:path';
import { exportWave } from '#test/diffusers/export.ts';
import { autoencoderConfig, autoencoderParts } from './autoencoder.ts';
import { unetConfig } from './unet.ts';

/** @param root where folders may be made @param more of the network */
export async function latentModel(root: string, more: object = {}): Promise<string> {
  const autoencoder = await autoencoderParts(join(root, 'autoencoder'), autoencoderConfig({ sample_size: 16 }));
  const network = unetConfig({ sample_size: 8, in_channels: 2, out_channels: 2, block_out_channels: [4, 8], ...more });
  const scheduler = { prediction_type: 'v_prediction' };
  await exportWave(join(root, 'latents'), { ...network, norm_num_groups: 2 }, scheduler, [], {}, autoencoder);
  return join(root, 'latents');
}
