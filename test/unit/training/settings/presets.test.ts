import { InputError } from '@onnoise/scheduler/rules';
import { describe, expect, it } from 'vitest';
import { countParameters, createModel } from '#training/model/index.ts';
import { resolveConfig } from '#training/settings/config.ts';
import { completeModel } from '#training/settings/links.ts';
import { presetNames, readPreset } from '#training/settings/presets.ts';

/** A preset and its network, checked as `pipeline train` checks them. */
async function load(name: string) {
  const config = resolveConfig([await readPreset(name)]);
  const T = config.scheduler.num_train_timesteps as number;
  return { config, model: createModel(completeModel(config, T)) };
}

describe('readPreset', () => {
  it('knows the presets of the folder', async () => {
    expect(await presetNames()).toEqual([
      'autoencoder',
      'base',
      'digits',
      'hands',
      'latents',
      'small',
      'tab',
      'tutorial',
    ]);
  });

  it('names the presets there are when asked for another', async () => {
    await expect(readPreset('../package')).rejects.toThrow(InputError);
    await expect(readPreset('huge')).rejects.toThrow(
      'must be one of autoencoder, base, digits, hands, latents, small, tab, tutorial, received "huge".',
    );
  });

  for (const [name, count, shape] of [
    ['tutorial', 62_437_601, [1, 64, 64]],
    ['base', 35_746_307, [3, 32, 32]],
    ['small', 4_437_699, [3, 32, 32]],
    ['digits', 280_276, [1, 28, 28]],
    ['hands', 2_537_764, [1, 64, 64]],
  ] as const) {
    it(`reads ${name}, a network of ${count} parameters with settings that hold together`, async () => {
      const { config, model } = await load(name);
      expect(countParameters(model)).toBe(count);
      expect(model.shape).toEqual(shape);
      expect(model.timestepCount).toBe(config.scheduler.num_train_timesteps);
      const { epochs, steps, minutes } = config.training;
      expect([epochs, steps, minutes].filter((stop) => stop !== undefined)).toHaveLength(1);
    });
  }
});
