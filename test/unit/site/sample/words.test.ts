import { eachSamplerOption, parseSchedulerConfig, type SamplerValues } from '@onnoise/scheduler';
import { expect, test } from 'vitest';
import { samplerHint } from '#site/views/sample/state/pace.ts';

test('samplerHint says that few steps of Heun leave noise, and not where they do not', () => {
  const cosine = parseSchedulerConfig({ beta_schedule: 'squaredcos_cap_v2', timestep_spacing: 'trailing' });
  const values = eachSamplerOption((_, option) => option.default) as SamplerValues;
  const asked = { ...values, sampler: 'heun', steps: 20 } as const;
  expect(samplerHint('heun', cosine, asked)).toMatch(/^The first step is too long for Heun and leaves noise/);
  const usual = samplerHint('heun');
  const hints = [{ ...asked, spacing: 'exponential' as const }, { ...asked, steps: 200 }, undefined];
  for (const now of hints) expect(samplerHint('heun', cosine, now)).toBe(usual);
});
