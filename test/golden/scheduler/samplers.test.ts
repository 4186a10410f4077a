import {
  compileInverse,
  compileSampler,
  invertImages,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type StepProgress,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden, tolerance, toy, visit } from '#test/scheduler.ts';

interface Case {
  steps: number;
  options: object;
  config: Record<string, unknown>;
  kept: number[];
  timesteps: number[];
  x: number[];
}

async function trajectory(name: string, { steps, options, config, kept }: Case, noise: number[][]) {
  const parsed = parseSchedulerConfig({ clip_sample: false, ...config });
  const T = parsed.num_train_timesteps;
  if (name === 'ddim_inverse') {
    const table = compileInverse(parsed, { steps });
    const x: number[] = [];
    const onStep = (progress: StepProgress) => {
      if (kept.includes(progress.step - 1)) x.push(...progress.x);
    };
    const images = Float32Array.from(noise[0]!);
    await invertImages({ table, images, shape: [1, 1, 1, 2], denoise: toy(T), onStep });
    return { x, table };
  }
  const table = compileSampler(parsed, { ...options, sampler: name, steps } as Parameters<typeof compileSampler>[1]);
  return { ...(await visit(table, T, noise, kept)), table };
}

const names = [...SAMPLER_NAMES.filter((name) => !['ddpm', 'ddim'].includes(name)), 'ddim_inverse'];

describe.each(names)('%s visits the same pictures as its class in diffusers', (name) => {
  const { noise, cases } = schedulerGolden<{ noise: number[][]; cases: Case[] }>(`trajectories/${name}.json`);
  const kindOf = ({ config }: Case) => `${config.beta_schedule}, ${config.prediction_type}`;

  it.each([...new Set(cases.map(kindOf))])('%s', async (kind) => {
    for (const entry of cases.filter((entry) => kindOf(entry) === kind)) {
      const { x, table } = await trajectory(name, entry, noise);
      const what = `${entry.steps} steps, ${JSON.stringify({ ...entry.options, ...entry.config })}`;
      const timesteps = entry.kept.map((row) => table.rows[row]!.timestep);
      expectClose(timesteps, entry.timesteps, { absolute: 1e-6, relative: 1e-6, what: `timesteps of ${what}` });
      expectClose(x, entry.x, { absolute: tolerance(entry.x, table), what: `x of ${what}` });
    }
  });

  it('has cases of every schedule, prediction type and spacing at 1, 2, 3, 10 and 50 steps', () => {
    const spacing = (c: Case['config']) => [c.timestep_spacing, c.use_karras_sigmas, c.use_exponential_sigmas];
    const key = ({ config: c, steps }: Case) => [c.beta_schedule, c.prediction_type, ...spacing(c), steps].join();
    const grid = cases.filter(({ config }) => config.num_train_timesteps === 1000);
    const spacings = name === 'ddim_inverse' ? 2 : 5;
    expect(new Set(grid.map(key)).size).toBe(5 * 3 * spacings * 5);
  });
});
