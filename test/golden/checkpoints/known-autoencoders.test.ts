import { readFileSync } from 'node:fs';
import { readAutoencoderFacts } from '@onnoise/scheduler/model';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { unpack, useCpu, wave, waveParameters, within } from '#test/models/model.ts';
import { createCoder } from '#training/autoencoder/index.ts';
import { createModel } from '#training/model/index.ts';

interface Known {
  name: string;
  config: Record<string, unknown>;
  parameters: Record<string, number[]>;
  narrow: { config: Record<string, unknown>; batch: number; latents: string; decoded: string };
}

/** Made by scripts/golden/autoencoder.py. */
const cases: Known[] = JSON.parse(
  readFileSync(new URL('../data/checkpoints/known-autoencoders.json', import.meta.url), 'utf8'),
);
const FACTS: Record<string, object> = {
  'CompVis/ldm-celebahq-256': { channels: 3, latentChannels: 3, stride: 4, scaling: 1, shift: 0 },
};

useCpu();

describe.each(cases)('the autoencoder of $name', ({ name, config, parameters, narrow }) => {
  it("has the names and shapes of diffusers' state dict", () => {
    const model = createModel({ sample_size: 256, ...config });
    expect(Object.fromEntries(model.parameters.map(({ name, shape }) => [name, shape]))).toEqual(parameters);
    expect(readAutoencoderFacts('read it', config, 'config.json')).toEqual(FACTS[name]);
  });

  it("gives diffusers' latents and pictures at a sixteenth of its widths", async () => {
    const model = createModel(narrow.config);
    const coder = createCoder({ ...model, halves: model.halves! }, waveParameters(model.parameters));
    const { mean } = await coder.encode(wave(900, [narrow.batch, ...model.shape], 0.9));
    const decoded = await coder.decode(wave(902, [narrow.batch, ...model.halves!.shape], 1.1));
    await coder.dispose();
    for (const [actual, packed, what] of [
      [mean, narrow.latents, 'latents'],
      [decoded, narrow.decoded, 'pictures'],
    ] as const) {
      const expected = unpack(packed);
      expectClose(actual, expected, within(1e-4, expected, what));
    }
  });
});
