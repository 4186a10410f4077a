import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createModel } from '#training/model/index.ts';
import { readPreset } from '#training/settings/presets.ts';

/** Made by scripts/golden/model.py. */
const shapes = JSON.parse(readFileSync(new URL('../data/model/base-shapes.json', import.meta.url), 'utf8'));

describe('the preset base', () => {
  it("has the names and shapes of diffusers' network for CIFAR-10", async () => {
    const model = createModel({ ...(await readPreset('base')).config.model, sample_size: 32 });
    expect(Object.fromEntries(model.parameters.map(({ name, shape }) => [name, shape]))).toEqual(shapes);
  });
});
