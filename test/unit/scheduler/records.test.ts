/** The records of the samplers, and what is read from them together. */
import {
  compileSampler,
  DEFAULT_SAMPLER,
  optionRule,
  optionsOfSampler,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  SAMPLER_OPTION_NAMES,
  SAMPLER_OPTIONS,
  samplerRecord,
  samplerSettings,
} from '@onnoise/scheduler';
import { describe, expect, it } from 'vitest';

const config = parseSchedulerConfig({ num_train_timesteps: 20 });

it('names are distinct, and the default is one of them', () => {
  expect(new Set(SAMPLER_NAMES).size).toBe(SAMPLER_NAMES.length);
  expect(SAMPLER_NAMES).toContain(DEFAULT_SAMPLER);
});

it('samplerSettings picks the options and takes null as left out', () => {
  const nulls = Object.fromEntries(SAMPLER_OPTION_NAMES.map((name) => [name, null]));
  const left = Object.fromEntries(SAMPLER_OPTION_NAMES.map((name) => [name, undefined]));
  expect(samplerSettings({ ...nulls, steps: 3 } as object)).toEqual(left);
});

describe.each(SAMPLER_NAMES)('%s', (sampler) => {
  const { name, label, hint, options } = samplerRecord(sampler);

  it('has a name, a label and a hint that is a sentence', () => {
    expect(name).toBe(sampler);
    expect(label.toLowerCase().replaceAll(/[^a-z0-9]/g, '')).toContain(sampler.replaceAll(/[^a-z0-9]/g, ''));
    expect(hint).toMatch(/^[A-Z].*\.$/);
  });

  it('shares the objects of its options with whoever takes the same ones', () => {
    for (const option of optionsOfSampler(sampler)) expect(options[option]).toBe(SAMPLER_OPTIONS[option]);
  });

  it.each(SAMPLER_OPTION_NAMES)('takes %s in its range, or refuses any but the default', (option) => {
    const { default: standard, min, max } = SAMPLER_OPTIONS[option];
    const compile = (value: number) => compileSampler(config, { sampler, steps: 4, [option]: value });
    expect(compile(standard)).toEqual(compileSampler(config, { sampler, steps: 4 }));
    expect(() => compile(max + 1)).toThrow(
      `${option} must be ${optionRule(SAMPLER_OPTIONS[option]).words}, received ${max + 1}`,
    );
    const other = standard === max ? min : max;
    if (optionsOfSampler(sampler).includes(option)) expect(compile(other)).not.toEqual(compile(standard));
    else expect(() => compile(other)).toThrow(`must be left out or ${standard} with sampler ${sampler}`);
  });
});
