import {
  compileSampler,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
  sampleImages,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../support/compare.ts';
import { schedulerGolden } from '../../support/scheduler.ts';

interface Case {
  sampler: SamplerName;
  steps: number;
  strength: number;
  /** [H, W]; null: none. */
  mask: number[] | null;
  config: Record<string, unknown>;
  timesteps: number[];
  x: number[];
}

const { noise, picture, cases } = schedulerGolden<{ noise: number[][]; picture: number[]; cases: Case[] }>(
  'starts.json',
);

describe('from a picture and with kept pixels, sampleImages visits the pictures of diffusers’ pipelines', () => {
  it.each([...new Set(cases.map(({ sampler }) => sampler))])('%s', async (name) => {
    for (const { sampler, steps, strength, mask, config, ...expected } of cases.filter((one) => one.sampler === name)) {
      const table = compileSampler(parseSchedulerConfig(config), { sampler, steps, strength });
      const x: number[] = [];
      await sampleImages({
        table,
        shape: [1, 1, 2],
        seeds: [0],
        from: Float32Array.from(picture),
        mask: mask === null ? undefined : Float32Array.from(mask),
        noise: (_, draw, out) => out.set(noise[draw]!),
        denoise: async (x, [t]) => x.map((value) => 1.6 * Math.tanh(0.7 * value + 0.5 - t! / 1000)),
        onStep: (progress) => x.push(...progress.x),
      });
      const what = `${steps} steps, strength ${strength}, mask ${mask}, ${JSON.stringify(config)}`;
      const timesteps = table.rows.map(({ timestep }) => timestep);
      expectClose(timesteps, expected.timesteps, { absolute: 1e-6, relative: 1e-6, what: `timesteps of ${what}` });
      expectClose(x, expected.x, { absolute: 1e-5, what: `x of ${what}` });
    }
  });

  it('has cases of every sampler that diffusers has', () => {
    const others = SAMPLER_NAMES.filter((name) => name !== 'dpmpp_2s_ancestral');
    expect(new Set(cases.map(({ sampler }) => sampler))).toEqual(new Set(others));
  });
});
