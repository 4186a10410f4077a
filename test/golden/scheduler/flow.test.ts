/** Flow matching has the noise levels, timesteps, pictures and files of diffusers, and MONAI's noise: scripts/golden/flow.py. */
import {
  compileSampler,
  formatSchedulerConfig,
  parseSchedulerConfig,
  type SamplerName,
  type SamplerTable,
  samplerOfConfig,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden, visit } from '#test/scheduler.ts';

type Config = Record<string, unknown>;

interface Walk {
  timesteps: number[];
  x: number[];
}

interface Golden {
  noise: number[][];
  picture: number[];
  grids: { config: Config; steps: number; sigmas: number[]; timesteps: number[] }[];
  trajectories: (Walk & { sampler: SamplerName; config: Config; steps: number })[];
  starts: { sampler: SamplerName; shift: number; timestep: number; x: number[] }[];
  classes: (Walk & { sampler: SamplerName; given: Config; written: Config; saved: Config })[];
}

const { noise, picture, grids, trajectories, starts, classes } = schedulerGolden<Golden>('flow.json');
const flow = (config: Config) => parseSchedulerConfig({ prediction_type: 'flow_prediction', ...config });
const timestepsOf = ({ rows }: SamplerTable) => rows.map(({ timestep }) => timestep);

async function expectWalk(table: SamplerTable, T: number, { timesteps, x }: Walk, what: string) {
  expectClose(timestepsOf(table), timesteps, { absolute: 1e-6 * T, what: `timesteps of ${what}` });
  const visited = await visit(table, T, noise);
  expectClose(visited.x, x, { absolute: 1e-5 * Math.max(1, ...x.map(Math.abs)), what: `x of ${what}` });
}

describe('noise levels and timesteps are those of FlowMatchEulerDiscreteScheduler', () => {
  const kinds = [...new Set(grids.map(({ config }) => String(config.shift)))];
  it.each(kinds)('shift %s', (shift) => {
    for (const { config, steps, sigmas, timesteps } of grids.filter((one) => String(one.config.shift) === shift)) {
      const what = `${steps} steps, ${JSON.stringify(config)}`;
      const table = compileSampler(flow(config), { sampler: 'euler', steps });
      const told = config.invert_sigmas ? 'signal' : 'noise'; // sigma of the class
      const levels = [...table.rows.map((row) => row[told]), config.invert_sigmas ? 1 : 0];
      expectClose(levels, sigmas, { absolute: 1e-6, what: `sigmas of ${what}` });
      const T = (config.num_train_timesteps as number | undefined) ?? 1000;
      expectClose(timestepsOf(table), timesteps, { absolute: 1e-6 * T, what: `timesteps of ${what}` });
    }
  });

  it('has cases of all spreads, directions, terminal levels and numbers of steps', () => {
    expect(grids.length).toBeGreaterThan(200);
  });
});

describe('samplers visit the pictures of their classes', () => {
  const names = [...new Set(trajectories.map(({ sampler }) => sampler))];
  it.each(names)('%s', async (name) => {
    for (const { sampler, config, steps, ...walk } of trajectories.filter((one) => one.sampler === name)) {
      const parsed = flow(config);
      const table = compileSampler(parsed, { sampler, steps });
      await expectWalk(table, parsed.num_train_timesteps, walk, `${steps} steps, ${JSON.stringify(config)}`);
    }
  });

  it('ddim without fresh noise is euler', () => {
    const config = flow({ shift: 3 });
    const [ddim, euler] = (['ddim', 'euler'] as const).map((sampler) => compileSampler(config, { sampler, steps: 7 }));
    for (const [i, { A, E, B, p, q }] of euler!.rows.entries()) {
      const row = ddim!.rows[i]!;
      // x' of x and of the network's output
      expectClose([row.A + row.B * row.p, row.E + row.B * row.q], [A + B * p, E + B * q], {
        absolute: 1e-12,
        what: `row ${i}`,
      });
    }
  });
});

describe('a picture is noised as scale_noise noises it', () => {
  it.each(starts)('$sampler, shift $shift', ({ sampler, shift, timestep, x }) => {
    const table = compileSampler(flow({ shift }), { sampler, steps: 10, strength: 0.6 });
    expectClose([table.rows[0]!.timestep], [timestep], { absolute: 1e-2, what: 'timestep' });
    const made = picture.map((value, i) => table.signal * value + table.start * noise[0]![i]!);
    expectClose(made, x, { absolute: 1e-5, what: 'x' });
    // scale_noise of diffusers 0.42.1 exchanges the two shares there, so it is no judge.
    const inverted = compileSampler(flow({ shift, invert_sigmas: true }), { sampler, steps: 10, strength: 0.6 });
    expectClose([inverted.signal, inverted.start], [table.signal, table.start], { absolute: 1e-12, what: 'shares' });
  });
});

describe('a class of diffusers and this project make the same of each other’s files', () => {
  it.each(classes.map((entry) => [`${entry.sampler} ${JSON.stringify(entry.given)}`, entry] as const))(
    '%s',
    async (what, { sampler, given, written, saved, ...walk }) => {
      const config = parseSchedulerConfig(given);
      expect(formatSchedulerConfig(config, sampler)).toEqual(written);
      for (const json of [written, saved]) {
        expect(parseSchedulerConfig(json)).toEqual(config);
        expect(samplerOfConfig(json)).toMatchObject({ sampler });
      }
      await expectWalk(compileSampler(config, { sampler, steps: 6 }), config.num_train_timesteps, walk, what);
    },
  );
});
