import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tensorsOf, unpack, useCpu, wave, waveParameters, within } from '#test/models/model.ts';
import { createCoder } from '#training/autoencoder/index.ts';
import { createModel } from '#training/model/index.ts';

interface Golden {
  config: Record<string, unknown>;
  batch: number;
  parameters: Record<string, number[]>;
  latents: string;
  decoded: string;
}

/** Made by scripts/golden/autoencoder.py. */
const cases: Record<string, Golden> = JSON.parse(
  readFileSync(new URL('../data/model/fixed-latents.json', import.meta.url), 'utf8'),
);

useCpu();

describe.each(Object.entries(cases))('an autoencoder without a distribution agrees with diffusers: %s', (_, golden) => {
  const model = createModel(golden.config);
  const halves = model.halves!;
  const values = waveParameters(model.parameters);
  const images = wave(900, [golden.batch, ...model.shape], 0.9);
  const latents = wave(902, [golden.batch, ...halves.shape], 1.1);
  const close = (actual: ArrayLike<number>, packed: string, what: string) => {
    const expected = unpack(packed);
    expectClose(actual, expected, within(1e-4, expected, what));
  };

  it('on names, shapes and order of the state dict', () => {
    const own = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, shape]));
    expect(Object.entries(own)).toEqual(Object.entries(golden.parameters));
  });

  it('on latents and pictures, in tfjs', () => {
    const parameters = tensorsOf(model, values);
    const asTensor = (data: Float32Array, sides: readonly number[]) =>
      tf.tensor4d(data, [golden.batch, ...sides] as [number, number, number, number]);
    const options = { training: false };
    const { mean, logVariance } = halves.encode(parameters, asTensor(images, model.shape), options);
    close(mean.dataSync(), golden.latents, 'latents');
    expect(new Set(logVariance.dataSync())).toEqual(new Set([-30]));
    const given = asTensor(latents, halves.shape);
    close(halves.decode(parameters, given, options).dataSync(), golden.decoded, 'pictures');
    const settled = halves.settle?.(parameters, given) ?? given;
    close(halves.decode(parameters, settled, options).dataSync(), golden.decoded, 'pictures of the codes');
  });

  it('on latents and pictures, in onnxruntime', async () => {
    const coder = createCoder({ ...model, halves }, values);
    const { mean, logVariance } = await coder.encode(images);
    close(mean, golden.latents, 'latents');
    expect(new Set(logVariance)).toEqual(new Set([-30]));
    close(await coder.decode(latents), golden.decoded, 'pictures');
    await coder.dispose();
  });
});
