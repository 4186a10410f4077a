import { expect, test } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { autoencoderConfig, autoencoderOf } from '#test/models/autoencoder.ts';
import { createCoder, whiten } from '#training/autoencoder/index.ts';
import { createSpread, faultsOf, scaleOf } from '#training/autoencoder/latent-spread.ts';
import { qualityOf } from '#training/autoencoder/quality.ts';
import { createModel, initParameters } from '#training/model/index.ts';

/** Normal enough: a sum of waves. */
const wavy = (count: number, scale: number, mean: number) =>
  Float32Array.from({ length: count }, (_, i) => mean + scale * Math.SQRT2 * Math.sin(2.4 * i));

test('latents are measured by channel, and the scale makes all of them together a quarter wide', () => {
  const { add, spread } = createSpread([2, 8, 8]);
  for (let batch = 0; batch < 8; batch++) {
    const mean = new Float32Array(4 * 128);
    for (let i = 0; i < 4; i++) {
      mean.set(wavy(64, 3, 1), i * 128);
      mean.set(wavy(64, 1, -2), i * 128 + 64);
    }
    add(mean, new Float32Array(mean.length).fill(Math.log(0.25)));
  }
  const found = spread();
  expectClose(found.means, [1, -2], { absolute: 0.1 });
  expectClose(found.deviations, [Math.sqrt(9.25), Math.sqrt(1.25)], { absolute: 0.1 });
  expectClose(found.told, [9 / 9.25, 1 / 1.25], { absolute: 0.02 });
  const variance = (9.25 + 1.5 ** 2 + 1.25 + 1.5 ** 2) / 2;
  expectClose([scaleOf(found).scaling_factor], [0.25 / Math.sqrt(variance)], { absolute: 0.02 });
  expectClose([scaleOf(found).shift_factor], [-0.5], { absolute: 0.1 });
  expect(faultsOf(found)).toEqual([]);
});

test('latents that say nothing, and those that lie far out, are told of', () => {
  const { add, spread } = createSpread([2, 1, 1]);
  const mean = new Float32Array(2000);
  for (let i = 0; i < mean.length; i += 2) mean[i] = Math.sin(i);
  mean[0] = 60;
  add(mean, new Float32Array(2000));
  expect(faultsOf(spread())).toEqual([
    'Channel 2 of the latents says almost nothing of the images. Try a smaller --kl-weight, or fewer --model.latent_channels.',
    expect.stringMatching(/^Some latents lie \d\d deviations from their mean, .* Try a larger --kl-weight\.$/),
  ]);
});

test('quality is 100 dB, 1 and 1 for equal pictures, and soft ones lose detail', () => {
  const shape = [1, 16, 16] as const;
  const images = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * i));
  expect(qualityOf(images, images, shape)).toEqual({ psnr: 100, msSsim: expect.closeTo(1, 9), detail: 1 });
  const soft = qualityOf(
    images.map((value) => value / 2),
    images,
    shape,
  );
  expect(soft.detail).toBeCloseTo(0.5, 1);
  // An error of 2 of 255 levels everywhere.
  const { psnr } = qualityOf(new Float32Array(256).fill(2 / 127.5), new Float32Array(256), shape);
  expect(psnr).toBeCloseTo(20 * Math.log10(255 / 2), 6);
});

test('whitened weights make channels 1 wide, and the same pictures', async () => {
  const model = autoencoderOf(autoencoderConfig());
  const values = initParameters(model, 3);
  const images = Float32Array.from({ length: 16 * 64 }, (_, i) => Math.sin(i * 0.7) * Math.cos(i * 0.013));
  const measure = async (weights: ReadonlyMap<string, Float32Array>) => {
    const coder = createCoder(model, weights);
    const { mean, logVariance } = await coder.encode(images);
    const { add, spread } = createSpread(model.halves.shape);
    add(mean, logVariance);
    const pictures = await coder.decode(mean);
    await coder.dispose();
    return { spread: spread(), pictures };
  };
  const before = await measure(values);
  const { values: white, scale } = whiten(values, before.spread);
  const after = await measure(white);
  expect(scale).toEqual({ scaling_factor: 0.25, shift_factor: 0 });
  expectClose(after.spread.means, [0, 0], { absolute: 1e-4 });
  expectClose(after.spread.deviations, [1, 1], { absolute: 1e-4 });
  expectClose(after.pictures, before.pictures, { absolute: 1e-4 });
  expect([...values.keys()]).toEqual([...white.keys()]);
  expect(values.get('quant_conv.bias')).not.toEqual(white.get('quant_conv.bias'));
});

test('without the convolutions that take it in, one scale for all channels is left', () => {
  const model = autoencoderOf(autoencoderConfig({ use_quant_conv: false }));
  const values = initParameters(model, 0);
  const { add, spread } = createSpread([2, 1, 1]);
  add(Float32Array.of(0, 4, 2, 6), new Float32Array(4).fill(-30));
  const { values: same, scale } = whiten(values, spread());
  expect(same).toBe(values);
  expect(scale).toEqual({ scaling_factor: Number((0.25 / Math.sqrt(5)).toPrecision(6)), shift_factor: 3 });
});

test.each([
  [{ norm_num_groups: 3 }, 'norm_num_groups must be a divisor of every block_out_channels (4), received 3'],
  [{ down_block_types: ['DownEncoderBlock2D'] }, 'down_block_types must be a list of 2, one for each of block_out_'],
  [{ latents_mean: [0, 0] }, 'latents_mean must be null'],
  [{ num_class_embeds: 3 }, 'num_class_embeds must be null (no other value is supported), received 3'],
])('a configuration is refused: %j', (more, sentence) => {
  expect(() => createModel(autoencoderConfig(more))).toThrow(sentence);
});
