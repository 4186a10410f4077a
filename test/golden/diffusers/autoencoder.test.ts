/** The folder of an autoencoder in diffusers, loaded as its card says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importCheckpoint } from '#pipeline/import/import.ts';
import { openCoder } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { autoencoderConfig, autoencoderFolder } from '#test/models/autoencoder.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';
import { openAutoencoder, readAutoencoder } from '#training/autoencoder/index.ts';

const SCRIPT = join(import.meta.dirname, '../../support/diffusers/autoencoder.py');

const wave = (count: number, frequency: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(frequency * i));

describe('the folder of an autoencoder', skipBecause(lacksPython('diffusers')), () => {
  const root = temporaryFolder();

  it.each([
    ["diffusers' own class", autoencoderConfig()],
    ['in patches, RGB', autoencoderConfig({ patch_size: 2, in_channels: 3, out_channels: 3 })],
    ['on rectangles, with attention', autoencoderConfig({ sample_size: [8, 12], mid_block_add_attention: true })],
    [
      'cut as MONAI has it',
      autoencoderConfig({
        decoder_layers_per_block: 1,
        encoder_mid_block: false,
        decoder_mid_block: false,
        conv_act: false,
      }),
    ],
    ['in patches, on rectangles', autoencoderConfig({ sample_size: [8, 12], patch_size: 2, latent_channels: 3 })],
  ])('gives the same latents and pictures: %s', async (name, config) => {
    const folder = join(root, name);
    const { model } = await autoencoderFolder(folder, config);
    const [, lines] = /```python\n([^`]*)\n```/.exec(await readFile(join(folder, 'README.md'), 'utf8'))!;
    const theirs = askPython([SCRIPT, folder, lines!]);
    const read = (half: string) => readFile(join(folder, `vae/${half}.onnx`));
    const files = { encoder: await read('encoder'), decoder: await read('decoder') };
    const coder = openCoder(model.shape, model.halves.shape, files);
    const [channels, height, width] = model.shape;
    const { mean, logVariance } = await coder.encode(wave(2 * channels * height * width, 0.7));
    const pictures = await coder.decode(wave(mean.length, 0.3));
    await coder.dispose();
    expectClose(mean, theirs.mean, { absolute: 1e-4, what: 'mean' });
    expectClose(logVariance, theirs.logVariance, { absolute: 1e-4, what: 'log variance' });
    expectClose(pictures, theirs.pictures, { absolute: 1e-4, what: 'pictures' });
    expect(theirs.scale).toEqual([0.5, 0.25]);
  });

  const blocks = (count: number) => ({
    down_block_types: Array(count).fill('DownEncoderBlock2D'),
    up_block_types: Array(count).fill('UpDecoderBlock2D'),
  });
  const narrow = { block_out_channels: [4, 8, 16, 16], layers_per_block: 2, norm_num_groups: 4, ...blocks(4) };
  const third = { latent_channels: 16, use_quant_conv: false, use_post_quant_conv: false, force_upcast: true };
  it.each([
    ['Stable Diffusion, narrow', narrow],
    ['Stable Diffusion 3, narrow', { ...narrow, ...third, scaling_factor: 1.5305, shift_factor: 0.0609 }],
    ['gray', { in_channels: 1, out_channels: 1, block_out_channels: [8, 8], norm_num_groups: 2, ...blocks(2) }],
  ])('is made of an AutoencoderKL that diffusers saved, with its latents and pictures: %s', async (name, config) => {
    const [saved, out] = [join(root, `${name} saved`), join(root, `${name} imported`)];
    const script = join(import.meta.dirname, '../../support/diffusers/save_autoencoder.py');
    const theirs = askPython([script, saved, JSON.stringify({ sample_size: 16, ...config })]);
    const { parity, autoencoder } = await importCheckpoint({ from: saved, out });
    expect([autoencoder, parity.difference < 1e-4]).toEqual([true, true]);
    const read = await readAutoencoder(out);
    const { scaling_factor = 0.18215, shift_factor = 0 } = config as { scaling_factor?: number; shift_factor?: number };
    expect([read.scaling, read.shift]).toEqual([scaling_factor, shift_factor]);
    const coder = openAutoencoder(read, read.shape);
    const { mean } = await coder.encode(wave(read.shape[0] * 256, 0.7));
    const pictures = await coder.decode(mean);
    await coder.dispose();
    expectClose(mean, theirs.mean, { absolute: 1e-4, what: 'mean' });
    expectClose(pictures, theirs.pictures, { absolute: 1e-4, what: 'pictures' });
    expect(await readFile(join(out, 'README.md'), 'utf8')).toContain(`imported from ${name} saved`);
  });
});
