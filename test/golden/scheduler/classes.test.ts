import {
  compileSampler,
  formatSchedulerConfig,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerName,
  type SamplerSettings,
  samplerOfConfig,
  samplerRecord,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { schedulerGolden, visit } from '#test/scheduler.ts';

interface Case {
  sampler: SamplerName;
  settings: SamplerSettings;
  given: Record<string, unknown>;
  /** The file that was written, the config that the class read from it, and the class's trajectory. */
  written: Record<string, unknown>;
  saved: Record<string, unknown>;
  x: number[];
}

const { noise, cases } = schedulerGolden<{ noise: number[][]; cases: Case[] }>('classes.json');
const title = ({ sampler, given }: Case) => `${sampler} ${JSON.stringify(given)}`;

describe('a class of diffusers and this project make the same of each other’s files', () => {
  it.each(cases.map((entry) => [title(entry), entry] as const))('%s', async (_, entry) => {
    const { sampler, settings, given, written, saved } = entry;
    const config = parseSchedulerConfig(given);
    expect(formatSchedulerConfig(config, sampler, settings)).toEqual(written);
    expect(parseSchedulerConfig(written)).toEqual(config);
    expect(parseSchedulerConfig(saved)).toEqual(config);
    for (const json of [written, saved]) expect(samplerOfConfig(json)).toMatchObject({ sampler, settings });

    const table = compileSampler(config, { sampler, steps: 6, ...settings });
    const { x } = await visit(table, config.num_train_timesteps, noise);
    const largest = Math.max(...entry.x.map(Math.abs));
    expectClose(x, entry.x, { absolute: 1e-5 * Math.max(1, largest), what: 'x' });
  });

  it('has cases of every sampler of noise levels that diffusers has', () => {
    const levels = SAMPLER_NAMES.filter(
      (name) => !['ddpm', 'ddim'].includes(name) && samplerRecord(name).diffusers !== null,
    );
    expect(new Set(cases.map(({ sampler }) => sampler))).toEqual(new Set(levels));
  });
});
