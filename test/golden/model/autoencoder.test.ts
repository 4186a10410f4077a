import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { tensorsOf, unpack, useCpu, wave, waveParameters, within } from '#test/models/model.ts';
import { createModel } from '#training/model/index.ts';
import { differentiateAutoencoder, reconstruct } from '#training/step/reconstruction.ts';

interface Golden {
  config: Record<string, unknown>;
  batch: number;
  parameters: Record<string, number[]>;
  mean: string;
  logVariance: string;
  decoded: string;
  output: string;
  loss: number;
  gradients: Record<string, string>;
}

/** Made by scripts/golden/autoencoder.py. */
const { edges, kl, ...cases }: Record<string, Golden> & { edges: number; kl: number } = JSON.parse(
  readFileSync(new URL('../data/model/autoencoder.json', import.meta.url), 'utf8'),
);
const options = { loss: 'l1', huberDelta: 1, reconstruction: { edges, kl } } as const;

useCpu();

const waves = (index: number, shape: readonly number[], scale: number) =>
  tf.tensor4d(wave(index, shape, scale), shape as [number, number, number, number]);

describe.each(Object.entries(cases as Record<string, Golden>))(
  'AutoencoderKL agrees with diffusers: %s',
  (_, golden) => {
    const model = createModel(golden.config);
    const halves = model.halves!;
    const values = waveParameters(model.parameters);
    const shapes = { images: [golden.batch, ...model.shape], latents: [golden.batch, ...halves.shape] };
    const close = (actual: tf.Tensor, packed: string, what: string) => {
      const expected = unpack(packed);
      expectClose(actual.dataSync(), expected, within(1e-4, expected, what));
    };

    it('on names, shapes and order of the state dict', () => {
      const own = Object.fromEntries(model.parameters.map(({ name, shape }) => [name, shape]));
      expect(Object.entries(own)).toEqual(Object.entries(golden.parameters));
    });

    it.each([true, false])('on latents and pictures, in training: %s', (training) => {
      const parameters = tensorsOf(model, values);
      const images = waves(900, shapes.images, 0.9);
      const { mean, logVariance } = halves.encode(parameters, images, { training });
      close(mean, golden.mean, 'mean');
      close(logVariance, golden.logVariance, 'log variance');
      close(halves.decode(parameters, waves(902, shapes.latents, 1.1), { training }), golden.decoded, 'decoded');
      const whole = model.forward(parameters, images, tf.zeros([golden.batch]), { training });
      expectClose(whole.dataSync(), halves.decode(parameters, mean, { training }).dataSync(), { absolute: 1e-6 });
    });

    it('on the loss and every gradient', () => {
      const parameters = tensorsOf(model, values);
      const [images, noise] = [waves(900, shapes.images, 0.9), waves(901, shapes.latents, 1)];
      close(reconstruct(halves, options, parameters, images, noise).pictures, golden.output, 'pictures');
      const state = Object.fromEntries(Object.entries(parameters).map(([name, tensor]) => [`model.${name}`, tensor]));
      const { loss, gradients } = differentiateAutoencoder(model, halves, options, state, { images, noise });
      expectClose(loss.dataSync(), [golden.loss], { absolute: 0, relative: 1e-4, what: 'loss' });
      expect([...gradients.keys()].sort()).toEqual(Object.keys(golden.gradients).sort());
      for (const [name, packed] of Object.entries(golden.gradients)) {
        const expected = unpack(packed);
        // As in networks.test.ts: only rounding is left of these.
        const floor = /to_k\.bias$/.test(name) ? 1e-6 : undefined;
        expectClose(gradients.get(name)!.dataSync(), expected, within(1e-4, expected, `gradient of ${name}`, floor));
      }
    });
  },
);
