import { compileSampler, parseSchedulerConfig, SAMPLER_NAMES, type SamplerName } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden, visit } from '#test/scheduler.ts';

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
      const kept = mask === null ? {} : { mask: Float32Array.from(mask) };
      const { x } = await visit(table, 1000, noise, undefined, { from: Float32Array.from(picture), ...kept });
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
