/** Samplers visit the timesteps and the pictures of their classes in diffusers, from noise and from pictures. */
import {
  compileInverse,
  compileSampler,
  invertImages,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
  type StepProgress,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden, tolerance, toy, visit } from '#test/scheduler.ts';

interface Walk {
  sampler: SamplerName | 'ddim_inverse';
  steps: number;
  config: Record<string, unknown>;
  timesteps: number[];
  x: number[];
  /** The last x0. */
  x0?: number[];
  /** Rows; all by default. */
  kept?: number[];
  options?: object;
  eta?: number;
  strength?: number;
  /** [H, W]; null: none. */
  mask?: number[] | null;
}

interface Golden {
  noise: number[][];
  picture?: number[];
  cases: Walk[];
}

const others = [...SAMPLER_NAMES.filter((name) => !['ddpm', 'ddim'].includes(name)), 'ddim_inverse'] as const;
const chains = schedulerGolden<Golden>('trajectories.json');
const starts = schedulerGolden<Golden>('starts.json');
/** Title, where walks begin, and one sampler's walks. */
const WALKS: [string, Omit<Golden, 'cases'>, Walk[]][] = [
  ...(['ddpm', 'ddim'] as const).map((name): [string, Golden, Walk[]] => [
    name,
    chains,
    chains.cases.filter(({ sampler }) => sampler === name),
  ]),
  ...others.map((name): [string, Golden, Walk[]] => {
    const golden = schedulerGolden<Golden>(`trajectories/${name}.json`);
    const own = ({ config, ...one }: Walk): Walk => ({
      ...one,
      sampler: name,
      config: { clip_sample: false, ...config },
    });
    return [name, golden, golden.cases.map(own)];
  }),
  ...[...new Set(starts.cases.map(({ sampler }) => sampler))].map((name): [string, Golden, Walk[]] => [
    `${name} from a picture, and with kept pixels`,
    starts,
    starts.cases.filter(({ sampler }) => sampler === name),
  ]),
];

async function walk(
  { sampler, steps, config, kept, mask, options, eta, strength }: Walk,
  { noise, picture }: Omit<Golden, 'cases'>,
) {
  const parsed = parseSchedulerConfig(config);
  const T = parsed.num_train_timesteps;
  if (sampler === 'ddim_inverse') {
    const table = compileInverse(parsed, { steps });
    const x: number[] = [];
    const onStep = (progress: StepProgress) => {
      if (kept!.includes(progress.step - 1)) x.push(...progress.x);
    };
    await invertImages({ table, images: Float32Array.from(noise[0]!), shape: [1, 1, 1, 2], denoise: toy(T), onStep });
    return { x, x0: [], table };
  }
  const settings = { ...options, ...(eta !== undefined && { eta }), ...(strength !== undefined && { strength }) };
  const table = compileSampler(parsed, { ...settings, sampler, steps } as Parameters<typeof compileSampler>[1]);
  const from = picture && { from: Float32Array.from(picture), ...(mask && { mask: Float32Array.from(mask) }) };
  return { ...(await visit(table, T, noise, kept, from)), table };
}

describe('a sampler visits the timesteps and the pictures of diffusers', () => {
  it.each(WALKS)('%s', async (_, golden, walks) => {
    expect(walks.length).toBeGreaterThan(0);
    for (const one of walks) {
      const { x, x0, table } = await walk(one, golden);
      const what = JSON.stringify({ ...one, kept: undefined, timesteps: undefined, x: undefined, x0: undefined });
      const timesteps = (one.kept ?? [...table.rows.keys()]).map((row) => table.rows[row]!.timestep);
      // Of DDPM and DDIM all timesteps are kept.
      const all = table.rows.map(({ timestep }) => timestep);
      const wanted = one.x0 ? all : timesteps;
      expectClose(wanted, one.timesteps, { absolute: 1e-6, relative: 1e-6, what: `timesteps of ${what}` });
      expectClose(x, one.x, {
        absolute: one.x0 ? 1e-5 : tolerance(one.x, table),
        relative: 1e-5,
        what: `x of ${what}`,
      });
      if (one.x0) expectClose(x0, one.x0, { absolute: 1e-5, relative: 1e-5, what: `x0 of ${what}` });
    }
  });

  it('has cases of every schedule, prediction type and spacing', () => {
    const count = (walks: Walk[], key: (one: Walk) => unknown[]) => new Set(walks.map((one) => key(one).join())).size;
    const grid = ({ config: c, steps }: Walk) => [
      ...[c.beta_schedule, c.prediction_type, c.timestep_spacing, c.use_karras_sigmas, c.use_exponential_sigmas, steps],
    ];
    for (const name of others) {
      const { cases } = schedulerGolden<Golden>(`trajectories/${name}.json`);
      const whole = cases.filter(({ config }) => config.num_train_timesteps === 1000);
      expect(count(whole, grid), name).toBe(5 * 3 * (name === 'ddim_inverse' ? 2 : 5) * 5);
    }
    const kind = ({ sampler, eta, config }: Walk) => [sampler, eta, config.variance_type];
    const seven = chains.cases.filter(({ steps }) => steps === 7);
    const kinds = count(seven, kind);
    expect(kinds).toBeGreaterThanOrEqual(4);
    expect(count(seven, (one) => [...kind(one), ...grid(one), one.config.clip_sample])).toBe(kinds * 5 * 3 * 3 * 2);
    expect(count(starts.cases, ({ sampler }) => [sampler])).toBe(SAMPLER_NAMES.length - 1); // but dpmpp_2s_ancestral
  });
});
