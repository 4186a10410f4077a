import {
  addNoise,
  formatSchedulerConfig,
  gaussian,
  makeSchedule,
  parseSchedulerConfig,
  predictionTarget,
  spacedTimesteps,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden } from '#test/scheduler.ts';

interface Tables {
  schedules: { config: Record<string, unknown>; beta: number[]; alphaBar: number[] }[];
  forward: {
    timesteps: number[];
    x0: number[];
    noise: number[];
    cases: { beta_schedule: string; xt: number[]; velocity: number[] }[];
  };
  timesteps: { T: number; spacing: string; checksums: number[] }[];
  gaussian: { seed: number; stream: number; values: number[] }[];
}

interface WrittenConfig {
  given: Record<string, unknown>;
  written: Record<string, unknown>;
  beta: number[];
  alphaBar: number[];
  finalAlphaBar: number;
}

const tables = schedulerGolden<Tables>('tables.json');
const configs = schedulerGolden<WrittenConfig[]>('configs.json');

/** The script's `every`: about twenty entries and the last. */
function every(values: Float64Array): number[] {
  const stride = Math.floor(values.length / 20);
  return [...values.filter((_, t) => t % stride === 0), values.at(-1)!];
}

/** PyTorch gets some betas by subtracting float32 numbers near 1, and is then off by a few of their last bits. */
function betaTolerance(config: Record<string, unknown>): number {
  return config.rescale_betas_zero_snr || config.beta_schedule === 'cosine' ? 5e-6 : 5e-9;
}

describe('makeSchedule agrees with PyTorch', () => {
  it.each(tables.schedules.map((entry) => [JSON.stringify(entry.config), entry] as const))('%s', (_, entry) => {
    const schedule = makeSchedule(parseSchedulerConfig(entry.config));
    expectClose(every(schedule.beta), entry.beta, { absolute: betaTolerance(entry.config), what: 'beta' });
    expectClose(every(schedule.alphaBar), entry.alphaBar, { absolute: 4e-6, what: 'alphaBar' });
  });
});

describe('the forward process agrees with the tutorial', () => {
  const { timesteps, x0, noise, cases } = tables.forward;
  it.each(cases)('at T = 300 with the $beta_schedule schedule', ({ beta_schedule, xt, velocity }) => {
    const schedule = makeSchedule(parseSchedulerConfig({ num_train_timesteps: 300, beta_schedule }));
    const image = Float32Array.from(x0);
    const z = Float32Array.from(noise);
    expectClose(addNoise(schedule, image, z, timesteps), xt, { what: 'x_t' });
    expectClose(predictionTarget(schedule, 'v_prediction', image, z, timesteps), velocity, { what: 'v' });
  });
});

describe('spacedTimesteps visits the timesteps of diffusers for every number of steps', () => {
  it.each(tables.timesteps)('T = $T, $spacing', ({ T, spacing, checksums }) => {
    const config = parseSchedulerConfig({ num_train_timesteps: T, timestep_spacing: spacing });
    const actual = checksums.map((_, i) =>
      spacedTimesteps(config, i + 1).reduce((sum, t, k) => (sum + (k + 1) * t) % (2 ** 31 - 1), 0),
    );
    expect(actual).toEqual(checksums);
  });
});

describe('gaussian gives the float32 bits of Philox and Box-Muller computed in Python', () => {
  it.each(tables.gaussian)('seed $seed, stream $stream', ({ seed, stream, values }) => {
    const actual = new Float32Array(values.length);
    gaussian(seed, 0, actual, stream);
    expect([...actual]).toEqual(values.map(Math.fround));
  });
});

describe('formatSchedulerConfig writes what diffusers loads as the same schedule', () => {
  it.each(configs.map((entry) => [JSON.stringify(entry.given), entry] as const))('%s', (_, entry) => {
    const config = parseSchedulerConfig(entry.given);
    const written = formatSchedulerConfig(config);
    expect(written).toEqual(entry.written);
    expect(parseSchedulerConfig(JSON.parse(JSON.stringify(written)))).toEqual(config);
    const schedule = makeSchedule(config);
    const final = config.set_alpha_to_one ? 1 : schedule.alphaBar[0]!;
    expectClose(every(schedule.beta), entry.beta, { absolute: betaTolerance(entry.given), what: 'beta' });
    expectClose(every(schedule.alphaBar), entry.alphaBar, { absolute: 4e-6, what: 'alphaBar' });
    expectClose([final], [entry.finalAlphaBar], { absolute: 1e-7, what: 'final alphaBar' });
  });
});
