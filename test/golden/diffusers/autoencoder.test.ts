/** The folder of an autoencoder in diffusers, loaded as its card says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCoder } from '#runtime-node/index.ts';
import { expectClose } from '#test/compare.ts';
import { autoencoderConfig, autoencoderFolder } from '#test/models/autoencoder.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { askPython, lacksPython, skipBecause } from '#test/skip.ts';

const SCRIPT = join(import.meta.dirname, '../../support/diffusers/autoencoder.py');

const wave = (count: number, frequency: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(frequency * i));

describe('the folder of an autoencoder', skipBecause(lacksPython('diffusers')), () => {
  const root = temporaryFolder();

  it.each([
    ["diffusers' own class", autoencoderConfig()],
    ['in patches, RGB', autoencoderConfig({ patch_size: 2, in_channels: 3, out_channels: 3 })],
    ['on rectangles, with attention', autoencoderConfig({ sample_size: [8, 12], mid_block_add_attention: true })],
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
});
