import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contradictions } from '#pipeline/import/infer-config.ts';
import { readNetwork } from '#pipeline/import/read-network.ts';
import { expectClose } from '#test/compare.ts';
import { predict, unpack, useCpu, waveParameters, within } from '#test/models/model.ts';
import type { UNet2DConfig } from '#training/model/unet2d-config.ts';

interface Known {
  name: string;
  config: Record<string, unknown>;
  parameters: Record<string, number[]>;
  narrow: {
    config: Record<string, unknown>;
    batch: number;
    timesteps: number[];
    labels: number[] | null;
    output: string;
  };
}

/** Made by scripts/golden/checkpoints.py. */
const cases: Known[] = JSON.parse(readFileSync(new URL('../data/checkpoints/known.json', import.meta.url), 'utf8'));
const networkOf = (config: Record<string, unknown>) =>
  readNetwork(config, { from: 'it', path: 'config.json', timesteps: 1000 });

useCpu();

describe.each(cases)('the network of $name', ({ config, parameters, narrow }) => {
  const model = networkOf(config);

  it("has the names and shapes of diffusers' state dict", () => {
    expect(Object.fromEntries(model.parameters.map(({ name, shape }) => [name, shape]))).toEqual(parameters);
  });

  it('is told by its tensors', () => {
    const shapes = new Map(Object.entries(parameters));
    expect(contradictions(model.config as unknown as UNet2DConfig, shapes)).toEqual([]);
  });

  it("gives diffusers' output at a sixteenth of its widths", () => {
    const { batch, timesteps, labels, output } = narrow;
    const small = networkOf(narrow.config);
    const expected = unpack(output);
    const predicted = predict(small, waveParameters(small.parameters), batch, timesteps, labels);
    expectClose(predicted, expected, within(1e-4, expected, 'output'));
  });
});
