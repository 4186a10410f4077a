import {
  compileInverse,
  compileSampler,
  type Denoiser,
  invertImages,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerRow,
  type StepProgress,
  sampleImages,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../support/compare.ts';
import { schedulerGolden } from '../../support/scheduler.ts';

interface Case {
  steps: number;
  options: object;
  config: Record<string, unknown>;
  kept: number[];
  timesteps: number[];
  x: number[];
}

/** The script's `toy`. */
const toy =
  (T: number): Denoiser =>
  async (x, timesteps) =>
    x.map((value) => 1.6 * Math.tanh(0.7 * value + 0.5 - timesteps[0]! / T));

async function trajectory(name: string, { steps, options, config, kept }: Case, noise: number[][]) {
  const parsed = parseSchedulerConfig({ clip_sample: false, ...config });
  const x: number[] = [];
  const onStep = (progress: StepProgress) => {
    if (kept.includes(progress.step - 1)) x.push(...progress.x);
  };
  const denoise = toy(parsed.num_train_timesteps);
  if (name === 'ddim_inverse') {
    const table = compileInverse(parsed, { steps });
    await invertImages({ table, images: Float32Array.from(noise[0]!), shape: [1, 1, 1, 2], denoise, onStep });
    return { x, rows: table.rows };
  }
  const table = compileSampler(parsed, { ...options, sampler: name, steps } as Parameters<typeof compileSampler>[1]);
  const draw = (_: number, index: number, out: Float32Array) => out.set(noise[index]!);
  await sampleImages({ table, shape: [1, 1, 2], seeds: [0], denoise, onStep, noise: draw });
  return { x, rows: table.rows };
}

/**
 * 1e-5 of the largest picture. A row with large factors of x and y that nearly cancel magnifies the rounding of x to
 * float32, as Heun's does between levels that are far apart.
 */
function tolerance({ x }: Case, rows: SamplerRow[]): number {
  const factors = rows.flatMap(({ A, y }) => [Math.abs(A), Math.abs(y?.a ?? 0)]);
  return 1e-5 * Math.max(1, ...x.map(Math.abs), ...factors);
}

const names = [...SAMPLER_NAMES.filter((name) => !['ddpm', 'ddim'].includes(name)), 'ddim_inverse'];

describe.each(names)('%s visits the same pictures as its class in diffusers', (name) => {
  const { noise, cases } = schedulerGolden<{ noise: number[][]; cases: Case[] }>(`trajectories/${name}.json`);
  const kindOf = ({ config }: Case) => `${config.beta_schedule}, ${config.prediction_type}`;

  it.each([...new Set(cases.map(kindOf))])('%s', async (kind) => {
    for (const entry of cases.filter((entry) => kindOf(entry) === kind)) {
      const { x, rows } = await trajectory(name, entry, noise);
      const what = `${entry.steps} steps, ${JSON.stringify({ ...entry.options, ...entry.config })}`;
      const timesteps = entry.kept.map((row) => rows[row]!.timestep);
      expectClose(timesteps, entry.timesteps, { absolute: 1e-6, relative: 1e-6, what: `timesteps of ${what}` });
      expectClose(x, entry.x, { absolute: tolerance(entry, rows), what: `x of ${what}` });
    }
  });

  it('has cases of every schedule, prediction type and spacing at 1, 2, 3, 10 and 50 steps', () => {
    const key = ({ config: c, steps }: Case) =>
      [
        c.beta_schedule,
        c.prediction_type,
        c.timestep_spacing,
        c.use_karras_sigmas,
        c.use_exponential_sigmas,
        steps,
      ].join();
    const grid = cases.filter(({ config }) => config.num_train_timesteps === 1000);
    const spacings = name === 'ddim_inverse' ? 2 : 5;
    expect(new Set(grid.map(key)).size).toBe(5 * 3 * spacings * 5);
  });
});
