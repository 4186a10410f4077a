import {
  BETA_SCHEDULES,
  compileSampler,
  InputError,
  parseSchedulerConfig,
  SAMPLER_NAMES,
  type SamplerRow,
  type SamplerTable,
  SPACINGS,
  samplerRecord,
  TIMESTEP_SPACINGS,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHAIN_TYPES } from '#test/scheduler.ts';

const config = (json: Record<string, unknown> = {}) => parseSchedulerConfig({ num_train_timesteps: 300, ...json });

const numbersOf = ({ y, ...row }: SamplerRow): number[] => [...Object.values(row), ...Object.values(y ?? {})];

describe('compileSampler', () => {
  it('makes rows of finite numbers, or refuses, for short schedules and those that end in pure noise', () => {
    const short = fc.record({
      num_train_timesteps: fc.integer({ min: 1, max: 4 }),
      beta_schedule: fc.constantFrom(...BETA_SCHEDULES),
      prediction_type: fc.constantFrom(...CHAIN_TYPES),
      timestep_spacing: fc.constantFrom(...TIMESTEP_SPACINGS),
      rescale_betas_zero_snr: fc.boolean(),
      set_alpha_to_one: fc.boolean(),
      final_sigmas_type: fc.constantFrom('zero', 'sigma_min'),
      lower_order_final: fc.boolean(),
    });
    const samplers = fc.constantFrom(
      ...SAMPLER_NAMES.flatMap((sampler) => SPACINGS.map((spacing) => ({ sampler, spacing }))),
      { sampler: 'ddim' as const, eta: 1 },
      { sampler: 'unipc' as const, solver: 'bh1' as const },
    );
    let compiled = 0;
    fc.assert(
      fc.property(short, samplers, fc.integer({ min: 1, max: 4 }), (json, sampler, steps) => {
        let table: SamplerTable;
        try {
          table = compileSampler(parseSchedulerConfig(json), { ...sampler, steps });
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
          return;
        }
        compiled++;
        const { calls } = samplerRecord(sampler.sampler);
        expect(table.rows.length).toBe(steps * calls - (calls - 1));
        expect(table.start > 0 && table.start <= 1).toBe(true);
        for (const row of table.rows) expect(numbersOf(row).every(Number.isFinite), JSON.stringify(row)).toBe(true);
      }),
      { numRuns: 3000 },
    );
    expect(compiled).toBeGreaterThan(600);
  });

  it('refuses DDIM whose only timestep is pure noise and whose last alphaBar is that one, where diffusers gives NaN', () => {
    const given = { num_train_timesteps: 1, rescale_betas_zero_snr: true, prediction_type: 'sample' };
    const compile = (json: object) =>
      compileSampler(parseSchedulerConfig({ ...given, ...json }), { sampler: 'ddim', steps: 1 });
    expect(() => compile({ set_alpha_to_one: false })).toThrow(
      /^Cannot compile the sampler: set_alpha_to_one must be true for a schedule whose only timestep is pure noise/,
    );
    expect(compile({}).rows).toEqual([
      { timestep: 0, signal: 0, noise: 1, p: 0, q: 1, A: 0, E: -0, B: 1, C: 0, F: 0, D: 0, y: undefined },
    ]);
  });

  it('clips only where clip_sample says so', () => {
    expect(compileSampler(config({ clip_sample_range: 2 }), { sampler: 'ddim', steps: 2 }).clip).toBe(2);
    expect(compileSampler(config({ clip_sample: false }), { sampler: 'ddim', steps: 2 }).clip).toBe(null);
  });

  it.each([
    [{ sampler: 'ddim', steps: 10, eta: Number.NaN }, 'eta must be a number from 0 to 1, received NaN'],
    [
      { sampler: 'ddim_inverse', steps: 10 },
      `sampler must be one of ${SAMPLER_NAMES.join(', ')}, received "ddim_inverse"`,
    ],
    [{ sampler: 'ddim', steps: 10, eta: '0.5' }, 'eta must be a number from 0 to 1, received "0.5"'],
  ])('refuses %j', (options, message) => {
    const call = () => compileSampler(config(), options as Parameters<typeof compileSampler>[1]);
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });

  it('refuses to predict noise where a schedule ends in nothing else', () => {
    const zero = config({ rescale_betas_zero_snr: true, timestep_spacing: 'trailing' });
    for (const sampler of SAMPLER_NAMES) {
      const compile = () => compileSampler(zero, { sampler, steps: 10 });
      expect(compile, sampler).toThrow(
        /^Cannot sample a schedule that ends in pure noise: prediction_type must be sample or v_prediction/,
      );
    }
  });
});
