import { compileSampler, parseSchedulerConfig, type SamplerName } from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden, visit } from '#test/scheduler.ts';

interface Case {
  sampler: SamplerName;
  eta: number;
  steps: number;
  config: Record<string, unknown>;
  timesteps: number[];
  kept: number[];
  x: number[];
  x0: number[];
}

const { noise, cases } = schedulerGolden<{ noise: number[][]; cases: Case[] }>('trajectories.json');

const title = ({ sampler, eta, steps, config }: Case) =>
  `${sampler} eta ${eta}, ${steps} steps: ${JSON.stringify(config).replaceAll('"', '')}`;

describe('sampleImages and diffusers visit the same images', () => {
  it.each(cases.map((entry) => [title(entry), entry] as const))('%s', async (_, entry) => {
    const { sampler, eta, steps, config, kept } = entry;
    const table = compileSampler(parseSchedulerConfig(config), { sampler, steps, eta });
    expect(table.rows.map(({ timestep }) => timestep)).toEqual(entry.timesteps);
    const actual = await visit(table, config.num_train_timesteps as number, noise, kept);
    const tolerance = { absolute: 1e-5, relative: 1e-5 };
    expectClose(actual.x, entry.x, { ...tolerance, what: 'x' });
    expectClose(actual.x0, entry.x0, { ...tolerance, what: 'x0' });
  });
});

it('the cases clip and do not, and cover every schedule, prediction type and spacing of DDPM and DDIM', () => {
  const kind = (c: Case) => [c.sampler, c.eta, c.config.variance_type].join();
  const key = (c: Case) =>
    [kind(c), c.config.beta_schedule, c.config.prediction_type, c.config.timestep_spacing, c.config.clip_sample].join();
  const grid = cases.filter((c) => c.steps === 7);
  const kinds = new Set(grid.map(kind)).size;
  expect(kinds).toBeGreaterThanOrEqual(4);
  expect(new Set(grid.map((c) => c.sampler))).toEqual(new Set(['ddpm', 'ddim']));
  expect(new Set(grid.map(key)).size).toBe(kinds * 5 * 3 * 3 * 2);
});
