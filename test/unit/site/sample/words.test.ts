import { eachSamplerOption, parseSchedulerConfig, SAMPLER_OPTIONS, type SamplerValues } from '@onnoise/scheduler';
import { describe, expect, test } from 'vitest';
import { fits, optionHint, samplerHint } from '#site/views/sample/state/option-words.ts';
import { counted, unitOf } from '#site/views/sample/state/unit.ts';

describe('unitOf', () => {
  test('is a step only where the sampler calls the network once a step', () => {
    expect(unitOf('ddim')).toBe('step');
    expect(unitOf('heun')).toBe('network call');
    expect(unitOf('dpmpp_2s_ancestral')).toBe('network call');
  });
});

test('counted has a plural', () => {
  expect([counted(1, 'step'), counted(19, 'network call')]).toEqual(['1 step', '19 network calls']);
});

describe('optionHint', () => {
  test('is a sentence with the names that the page has for samplers', () => {
    expect(optionHint(SAMPLER_OPTIONS.eta)).toBe("DDIM's fresh noise, from 0 (none) to 1 (DDPM's).");
    expect(optionHint(SAMPLER_OPTIONS.curvature)).toMatch(/^DPM\+\+ 3M's weight of the second difference: .*\.$/);
    expect(optionHint(SAMPLER_OPTIONS.spacing)).toMatch(/^How steps are spaced: /);
  });
});

describe('fits', () => {
  const config = parseSchedulerConfig({});

  test('says which spacings a sampler takes, and all before a model is loaded', () => {
    expect(fits(config, 'ddim', { spacing: 'trailing' })).toBe(true);
    expect(fits(config, 'ddim', { spacing: 'karras' })).toBe(false);
    expect(fits(config, 'euler', { spacing: 'karras' })).toBe(true);
    expect(fits(undefined, 'ddim', { spacing: 'karras' })).toBe(true);
  });

  test('says which samplers a model takes', () => {
    expect(fits(config, 'euler')).toBe(true);
    expect(fits(parseSchedulerConfig({ rescale_betas_zero_snr: true, timestep_spacing: 'trailing' }), 'euler')).toBe(
      false,
    );
  });
});

describe('samplerHint', () => {
  const cosine = parseSchedulerConfig({ beta_schedule: 'squaredcos_cap_v2', timestep_spacing: 'trailing' });
  const values = eachSamplerOption((_, option) => option.default) as SamplerValues;
  const asked = { ...values, sampler: 'heun', steps: 20 } as const;

  test('says that few steps of Heun leave noise, and not where they do not', () => {
    expect(samplerHint('heun', cosine, asked)).toMatch(/^The first step is too long for Heun and leaves noise/);
    const usual = samplerHint('heun');
    expect(usual).not.toMatch(/noise: choose/);
    expect(samplerHint('heun', cosine)).toBe(usual);
    expect(samplerHint('heun', cosine, { ...asked, spacing: 'exponential' })).toBe(usual);
    expect(samplerHint('heun', cosine, { ...asked, steps: 200 })).toBe(usual);
    expect(samplerHint('euler', cosine, { ...asked, sampler: 'euler' })).not.toBe(usual);
  });
});
