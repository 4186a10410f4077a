/** The records of the samplers, and the lists that are made from all of them. */
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
    const words = label.toLowerCase().replaceAll('+', 'p'); // DPM++ is dpmpp
    expect(words.replaceAll(/[^a-z0-9]/g, '')).toBe(sampler.replaceAll('_', ''));
    expect(hint).toMatch(/^[A-Z].*\.$/);
  });

  it('draws fresh noise at its defaults where it says so', () => {
    const { rows } = compileSampler(config, { sampler, steps: 16 });
    expect(rows.some(({ D }) => D !== 0)).toBe(samplerRecord(sampler).noise);
  });

  it('shares the objects of its options with whoever takes the same ones', () => {
    for (const option of optionsOfSampler(sampler)) expect(options[option]).toBe(SAMPLER_OPTIONS[option]);
  });

  it.each(SAMPLER_OPTION_NAMES)('takes %s in its range, or refuses any but the default', (name) => {
    const option = SAMPLER_OPTIONS[name];
    const standard = option.default;
    const compile = (value: number | string) => compileSampler(config, { sampler, steps: 16, [name]: value });
    expect(compile(standard)).toEqual(compileSampler(config, { sampler, steps: 16 }));
    const [wrong, said] = 'choices' in option ? ['even', '"even"'] : [option.max + 1, option.max + 1];
    expect(() => compile(wrong)).toThrow(`${name} must be ${optionRule(option).words}, received ${said}`);
    const values: readonly (number | string)[] = 'choices' in option ? option.choices : [option.max, option.min];
    const other = values.find((value) => value !== standard && value !== 'leading')!; // config's own spacing
    if (optionsOfSampler(sampler).includes(name)) expect(compile(other)).not.toEqual(compile(standard));
    else expect(() => compile(other)).toThrow(`must be left out or ${standard} with sampler ${sampler}`);
  });
});
