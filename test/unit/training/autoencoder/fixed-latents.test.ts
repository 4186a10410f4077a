/** An autoencoder whose latents have no distribution: others learn these, and it itself is only imported. */
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, it } from 'vitest';
import { barsDataset } from '#test/bars.ts';
import { expectClose } from '#test/compare.ts';
import { autoencoderConfig, autoencoderFolder, autoencoderOf } from '#test/models/autoencoder.ts';
import { useCpu } from '#test/models/model.ts';
import { temporaryFolder } from '#test/pictures/images.ts';
import { readAutoencoder, withLatents } from '#training/autoencoder/index.ts';
import { createModel } from '#training/model/index.ts';
import { planFromConfig } from '#training/plan/resolve.ts';
import { resolveConfig } from '#training/settings/index.ts';

const at = temporaryFolder();
const codes = (more: object) => {
  const vq = { _class_name: 'VQModel', block_out_channels: [2], norm_num_groups: 1, mid_block_add_attention: false };
  return { sample_size: 8, in_channels: 1, out_channels: 1, ...vq, ...more };
};

useCpu();
beforeAll(() => autoencoderFolder(join(at, 'codes'), codes({ num_vq_embeddings: 4, latent_channels: 2 })));

it('drawing latents that have no distribution gives their means, whatever the seed', async () => {
  const images = { ...barsDataset({ count: 6, held: 2, size: 8 }), hash: 'c'.repeat(64) };
  const set = await withLatents(images, await readAutoencoder(join(at, 'codes')), { cacheDir: join(at, 'cache') });
  const { latents } = set;
  const means = await latents!.read([0, 3]);
  expect(means.some((value) => value !== 0)).toBe(true);
  for (const seed of [1, 2]) expect(await latents!.read([0, 3], { seed, place: 5 })).toEqual(means);
  set.close();
});

it('training a VQModel is refused', () => {
  const { sample_size, ...model } = codes({ num_vq_embeddings: 4 });
  const config = { data: { source: 'bars', size: sample_size, channels: 1 }, model };
  expect(() => planFromConfig(resolveConfig([{ name: 'the test', config }]))).toThrow(
    'Cannot train an autoencoder: --model._class_name must be AutoencoderKL: others are only imported, received "VQModel".',
  );
});

it('the nearest of many codes is found, some rows of the latents at a time', () => {
  const [count, side] = [2 ** 17, 8]; // four rows of 8 places at a time
  const { halves } = autoencoderOf(codes({ sample_size: side, num_vq_embeddings: count, latent_channels: 2 }));
  const list = Float32Array.from({ length: 2 * count }, (_, i) => 3 * Math.sin(1.7 * i + 0.3 * Math.sin(0.11 * i)));
  const latents = Float32Array.from({ length: 2 * side ** 2 }, (_, i) => 2 * Math.sin(0.7 * i));
  const found = tf.tidy(() => {
    const parameters = { 'quantize.embedding.weight': tf.tensor2d(list, [count, 2]) };
    return halves.settle!(parameters, tf.tensor4d(latents, [1, 2, side, side])).dataSync<'float32'>();
  });
  const plane = side ** 2;
  const far = (place: number, k: number) =>
    Math.hypot(latents[place]! - list[2 * k]!, latents[plane + place]! - list[2 * k + 1]!);
  for (const place of [0, 19, 32, plane - 1]) {
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < count; k++) least = Math.min(least, far(place, k));
    const apart = Math.hypot(latents[place]! - found[place]!, latents[plane + place]! - found[plane + place]!);
    expectClose([apart], [least], { absolute: 1e-5 });
  }
});

it('keys that are ours are left out of the file where they are off', () => {
  const whole = { encoder_mid_block: true, decoder_mid_block: true, conv_act: true, decoder_layers_per_block: 2 };
  expect(Object.keys(createModel(autoencoderConfig(whole)).config)).toEqual(
    Object.keys(createModel(autoencoderConfig()).config),
  );
  expect(createModel(autoencoderConfig({ conv_act: false })).config).toMatchObject({ conv_act: false });
  expect(() => createModel(autoencoderConfig({ decoder_layers_per_block: 3 }))).toThrow(
    'decoder_layers_per_block must be at most 2, one more than layers_per_block, received 3',
  );
});
