/** A small autoencoder and its folder. */
import { encodeHalves, readAutoencoder, vaeFiles, writeAutoencoder } from '#training/autoencoder/index.ts';
import { createModel, initParameters } from '#training/model/index.ts';

/** Of 8 x 8 pixels to 4 x 4. */
export const autoencoderConfig = (more: object = {}) => ({
  _class_name: 'AutoencoderKL',
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  layers_per_block: 1,
  latent_channels: 2,
  norm_num_groups: 2,
  mid_block_add_attention: false,
  ...more,
});

/** @throws where the configuration is that of no autoencoder */
export function autoencoderOf(config: object) {
  const model = createModel(config);
  if (!model.halves) throw new Error('not an autoencoder');
  return { ...model, halves: model.halves };
}

/** Writes the folder of an autoencoder with random weights. */
export async function autoencoderFolder(out: string, config: object, seed = 0) {
  const model = autoencoderOf(config);
  const values = initParameters(model, seed);
  const scale = { scaling_factor: 0.5, shift_factor: 0.25 };
  const files = await vaeFiles(model, values, encodeHalves(model, values, {}), scale, true);
  const card = { name: 'tiny', training: undefined, metrics: {}, limits: [], parameters: 1, scale };
  const training = {
    format: 1,
    data: { name: 'waves', hash: 'a'.repeat(64), count: 3 },
    settings: { model: config },
    parameters: 1,
  } as const;
  await writeAutoencoder({ out, model, files, card: { ...card, training } });
  return { model, values, scale };
}

/** The same as a part of a model folder. */
export async function autoencoderParts(folder: string, config: object) {
  await autoencoderFolder(folder, config);
  return readAutoencoder(folder);
}
