/** Autoencoders and pipelines on latents: what they become, and what can be wrong with them. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { loadModel } from '#runtime-node/index.ts';
import { readModelFolder } from '#runtime-node/model-folder.ts';
import { writeCheckpoint } from '#test/checkpoint.ts';
import { autoencoderConfig } from '#test/models/autoencoder.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { says } from '#test/says.ts';
import { openAutoencoder, readAutoencoder } from '#training/autoencoder/index.ts';
import { encodeSafetensors, type SafetensorsEntry } from '#training/folder/safetensors.ts';
import { toStateDict } from '#training/folder/weights.ts';
import { createModel, initParameters } from '#training/model/index.ts';

const root = temporaryFolder();
const at = (...parts: string[]) => join(root, ...parts);
const FILE = 'diffusion_pytorch_model.safetensors';

let made = 0;
const fresh = () => at(`checkpoint-${made++}`);

const VQ = {
  _class_name: 'VQModel',
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownEncoderBlock2D', 'DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D', 'UpDecoderBlock2D'],
  latent_channels: 2,
  norm_num_groups: 2,
  num_vq_embeddings: 16,
  sample_size: 8,
};

interface Changes {
  /** In config.json alone. */
  config?: object;
  change?: (tensors: Map<string, SafetensorsEntry>) => void;
}

/** An autoencoder as diffusers writes it. */
async function writeAutoencoder(folder: string, config: object, { config: other = {}, change }: Changes = {}) {
  const model = createModel({ sample_size: 8, ...config });
  const tensors = toStateDict(model, initParameters(model, 5));
  change?.(tensors);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, ...other }));
  await writeFile(join(folder, FILE), encodeSafetensors(tensors, { format: 'pt' }));
  return folder;
}

/** A pipeline whose network draws 2 x 4 x 4 latents. */
async function writePipeline(
  config: object,
  { name = 'vqvae', network = {}, ...changes }: Changes & { name?: string; network?: object } = {},
) {
  const folder = fresh();
  await mkdir(folder);
  const index = { _class_name: 'LDMPipeline', [name]: ['diffusers', 'VQModel'] };
  await writeCheckpoint(folder, { network: { in_channels: 2, out_channels: 2, ...network }, index });
  await writeAutoencoder(join(folder, name), config, changes);
  return folder;
}

/** Refuses with the sentence, and leaves no trace of the folder to write or of the one that holds it. */
async function refuses(from: string, message: string, options: object = {}): Promise<void> {
  const work = importCheckpoint({ from, out: at('out', 'model'), ...options });
  await expect(work).rejects.toThrow(InputError);
  await expect(work).rejects.toThrow(says(message));
  expect(await readdir(root)).not.toContain('out');
}

const wavy = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(0.7 * i));

describe('an autoencoder', () => {
  it.each([
    ['AutoencoderKL', autoencoderConfig(), { scaling: 0.18215, shift: 0 }],
    ['VQModel', { ...VQ, scaling_factor: 0.5 }, { scaling: 0.5, shift: 0 }],
  ])('of the class %s becomes a folder that gives pictures back', async (name, config, scale) => {
    const from = await writeAutoencoder(fresh(), config);
    const out = at(name);
    expect(await importCheckpoint({ from, out })).toMatchObject({ autoencoder: true, notes: [] });
    const read = await readAutoencoder(out);
    expect(read).toMatchObject({ className: name, library: 'diffusers', latentChannels: 2, stride: 2, ...scale });
    const coder = openAutoencoder(read, read.shape);
    const { mean, logVariance } = await coder.encode(wavy(64));
    expect(new Set(logVariance).size === 1).toBe(name === 'VQModel');
    expect((await coder.decode(mean)).every(Number.isFinite)).toBe(true);
    await coder.dispose();
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toContain(
      `from diffusers import ${name}\nvae = ${name}.from_pretrained("<this folder>", subfolder="vae")`,
    );
    const written = JSON.parse(await readFile(join(out, 'vae/config.json'), 'utf8'));
    expect('shift_factor' in written).toBe(name !== 'VQModel');
  });

  it.each<[string, object, Changes, string]>([
    [
      'another class',
      VQ,
      { config: { _class_name: 'AutoencoderDC' } },
      'an autoencoder must be AutoencoderKL or VQModel *, received "AutoencoderDC".',
    ],
    [
      'a class of earlier versions, with the advice to take another',
      VQ,
      { config: { _class_name: 'AutoencoderTiny' } },
      'AutoencoderTiny take the autoencoder whose latents it learnt), received "AutoencoderTiny".',
    ],
    [
      "MONAI's in three dimensions",
      VQ,
      { config: { _class_name: undefined, _target_: 'monai.AutoencoderKlMaisi' } },
      'received "monai.AutoencoderKlMaisi".',
    ],
    [
      'a norm by the codes',
      VQ,
      { config: { norm_type: 'spatial' } },
      'norm_type must be group (no other value is supported), received "spatial"',
    ],
    ['no size', VQ, { config: { sample_size: null } }, 'does not say how large pictures are. Name that with --size.'],
    ['codes of another number', VQ, { config: { num_vq_embeddings: 20 } }, 'quantize.embedding.weight has [16, 2]'],
    [
      'a missing tensor',
      VQ,
      { change: (tensors) => tensors.delete('quant_conv.bias') },
      'quant_conv.bias [2] is missing.',
    ],
  ])('is refused with %s', async (_, config, changes, message) => {
    await refuses(await writeAutoencoder(fresh(), config, changes), message);
  });
});

describe('a pipeline on latents', () => {
  it.each([
    ['vqvae', VQ, 'VQModel'],
    ['vae', autoencoderConfig(), 'AutoencoderKL'],
  ])('with a %s becomes one folder that samples: %j', async (name, config, kind) => {
    const from = await writePipeline({ ...config, sample_size: 8 }, { name, config: { sample_size: null } });
    const out = at(`pipeline ${kind}`);
    const { autoencoder, notes } = await importCheckpoint({ from, out, size: 8 });
    expect(autoencoder).toBe(false);
    expect(notes.length).toBe(kind === 'VQModel' ? 1 : 0);
    const model = await loadModel(out, { device: 'cpu' });
    expect((await readModelFolder(out)).autoencoder?.shape).toEqual([1, 8, 8]);
    const { images } = await model.sample({ count: 2, steps: 2, seed: 1 });
    expect([images.length, images.every(Number.isFinite)]).toEqual([128, true]);
    await model.dispose();
    const index = JSON.parse(await readFile(join(out, 'model_index.json'), 'utf8'));
    expect(index.vae).toEqual(['diffusers', kind]);
    expect(await readdir(join(out, 'vae'))).toContain(FILE);
    // What was made is such a pipeline itself.
    await importCheckpoint({ from: out, out: at('again'), weights: false });
    expect(await readdir(at('again', 'vae'))).not.toContain(FILE);
  });

  it('is refused without a part of its autoencoder', async () => {
    const from = await writePipeline(VQ);
    await rm(join(from, 'vqvae', FILE));
    await refuses(from, 'vqvae must hold diffusion_pytorch_model.safetensors, received config.json.');
    await rm(join(from, 'vqvae'), { recursive: true });
    await refuses(from, 'there must be a config.json in *vqvae, its autoencoder, received none.');
  });

  it.each<[string, Parameters<typeof writePipeline>[1] & object, string]>([
    [
      'latents of other channels',
      { network: { in_channels: 1, out_channels: 1 } },
      "the network must draw the 2 channels of the autoencoder's latents, it draws 1.",
    ],
    [
      'an autoencoder of another class',
      { config: { _class_name: 'UNet2DModel' } },
      'its vqvae must be AutoencoderKL or VQModel *, received "UNet2DModel".',
    ],
    [
      'values that are not finite',
      { change: (tensors) => (tensors.get('quant_conv.bias')!.data as Float32Array).fill(Number.NaN) },
      'quant_conv.bias must hold finite numbers, received NaN.',
    ],
  ])('is refused with %s', async (_, parts, message) => {
    await refuses(await writePipeline(VQ, parts), message);
  });

  it('is refused with text, with two autoencoders, and where the size is another', async () => {
    const from = await writePipeline(VQ);
    const index = (parts: object) =>
      writeFile(join(from, 'model_index.json'), JSON.stringify({ _class_name: 'LDMPipeline', ...parts }));
    const vqvae = ['diffusers', 'VQModel'];
    await refuses(from, '--size must be left out or 8, the size of its pictures, received 16.', { size: 16 });
    await index({ vqvae, vae: vqvae });
    await refuses(from, 'received LDMPipeline with vqvae, vae.');
    await index({ vqvae, bert: ['latent_diffusion', 'LDMBertModel'] });
    await refuses(from, 'or of an autoencoder too, as LDMPipeline, received LDMPipeline with vqvae, bert.');
  });
});
