import {
  BETA_SCHEDULES,
  compileSampler,
  InputError,
  makeSchedule,
  parseSchedulerConfig,
  predictionTarget,
  SAMPLER_NAMES,
  type SamplerRow,
  type SamplerTable,
  SPACINGS,
  sampleImages,
  samplerRecord,
  TIMESTEP_SPACINGS,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';
import { CHAIN_TYPES } from '#test/scheduler.ts';

const config = (json: Record<string, unknown> = {}) => parseSchedulerConfig({ num_train_timesteps: 300, ...json });

const settings = fc.record({
  beta_schedule: fc.constantFrom(...BETA_SCHEDULES),
  prediction_type: fc.constantFrom(...CHAIN_TYPES),
  timestep_spacing: fc.constantFrom(...TIMESTEP_SPACINGS),
  clip_sample: fc.boolean(),
});
const stepCounts = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(50, 299, 300));

const numbersOf = ({ y, ...row }: SamplerRow): number[] => [...Object.values(row), ...Object.values(y ?? {})];

/** A denoiser that knows the data: for any x its output means exactly `data`. */
function perfectDenoiser(json: Record<string, unknown>, data: Float32Array) {
  const parsed = config(json);
  const schedule = makeSchedule(parsed);
  return async (x: Float32Array, timesteps: Float32Array) => {
    const t = timesteps[0]!;
    const alphaBar = schedule.alphaBar[t]!;
    const epsilon = x.map((value, i) => (value - Math.sqrt(alphaBar) * data[i]!) / Math.sqrt(1 - alphaBar));
    return predictionTarget(schedule, parsed.prediction_type, data, epsilon, [t]);
  };
}

async function endsAtData(json: Record<string, unknown>, table: SamplerTable) {
  const data = Float32Array.of(-1, -0.3, 0.1, 0.9);
  const denoise = perfectDenoiser(json, data);
  let x0: Float32Array = new Float32Array();
  const onStep = (progress: { x0: Float32Array }) => {
    x0 = progress.x0;
  };
  const x = await sampleImages({ table, shape: [1, 2, 2], seeds: [7], denoise, onStep });
  return { x, x0, data };
}

describe('a perfect denoiser', () => {
  it('makes DDIM return the data where its last step reaches alphaBar = 1, for every number of steps', async () => {
    await fc.assert(
      fc.asyncProperty(settings, stepCounts, async (json, steps) => {
        const table = compileSampler(config(json), { sampler: 'ddim', steps });
        const { x, x0, data } = await endsAtData(json, table);
        // epsilon at alphaBar near 0 divides float32 rounding by sqrt(alphaBar)
        const first = makeSchedule(config(json)).alphaBar[table.rows.at(-1)!.timestep]!;
        const tolerance = { absolute: 2e-6 / Math.sqrt(first) };
        expectClose(x0, data, { ...tolerance, what: 'x0' });
        if (table.rows.at(-1)!.B === 1) expectClose(x, data, { ...tolerance, what: 'x' });
      }),
    );
  });

  it('makes DDPM return the data: its last step is x0 itself', async () => {
    await fc.assert(
      fc.asyncProperty(settings, fc.integer({ min: 1, max: 20 }), async (json, steps) => {
        const table = compileSampler(config({ ...json }), { sampler: 'ddpm', steps });
        const { x, data } = await endsAtData(json, table);
        const first = makeSchedule(config(json)).alphaBar[table.rows.at(-1)!.timestep]!;
        expectClose(x, data, { absolute: 2e-6 / Math.sqrt(first) });
      }),
    );
  });
});

/** The same for any table: the output for which p x + q o is the data. */
const perfectFor =
  (table: SamplerTable, data: Float32Array) => async (x: Float32Array, _: Float32Array, step: number) =>
    x.map((value, i) => (data[i]! - table.rows[step]!.p * value) / table.rows[step]!.q);

describe.each(SAMPLER_NAMES)('%s', (sampler) => {
  const anySpacing = fc.constantFrom(...SPACINGS.filter((name) => !levelsAlone(sampler, name)));

  it('returns the data of a perfect denoiser, whatever the schedule, spacing and number of steps', async () => {
    await fc.assert(
      fc.asyncProperty(settings, anySpacing, fc.integer({ min: 1, max: 60 }), async (json, spacing, steps) => {
        const table = compileSampler(config(json), { sampler, steps, spacing });
        if (sampler === 'ddim' && table.rows.at(-1)!.B !== 1) return; // it ends on a timestep with noise
        const data = Float32Array.of(-1, -0.3, 0.1, 0.9);
        const x = await sampleImages({ table, shape: [1, 2, 2], seeds: [7], denoise: perfectFor(table, data) });
        const { p, q } = table.rows.at(-1)!;
        expectClose(x, data, { absolute: 2e-6 * Math.max(1, Math.abs(p), 1 / Math.abs(q)) });
      }),
    );
  });

  it('starts from the noise that its first row is for', () => {
    fc.assert(
      fc.property(settings, anySpacing, fc.integer({ min: 1, max: 60 }), (json, spacing, steps) => {
        const { start } = compileSampler(config(json), { sampler, steps, spacing });
        expect(start).toBeGreaterThan(0);
        expect(start).toBeLessThanOrEqual(1);
      }),
    );
  });
});

/** Spacings by noise level are not for the samplers of timesteps. */
const levelsAlone = (sampler: string, spacing: string) =>
  ['ddpm', 'ddim'].includes(sampler) && ['karras', 'exponential'].includes(spacing);

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

  it('DDPM with T steps is the sampling formula of the tutorial', () => {
    const parsed = config({ clip_sample: false });
    const { beta, alpha, alphaBar } = makeSchedule(parsed);
    const { rows } = compileSampler(parsed, { sampler: 'ddpm', steps: 300 });
    for (const { timestep: t, p, q, A, E, B, D } of rows) {
      // mean = 1 / sqrt(alpha) (x - beta / sqrt(1 - alphaBar) o), noise = sqrt(posterior variance), none at t = 0
      const posterior = t === 0 ? 0 : (beta[t]! * (1 - alphaBar[t - 1]!)) / (1 - alphaBar[t]!);
      const ofX = 1 / Math.sqrt(alpha[t]!);
      const ofOutput = (-ofX * beta[t]!) / Math.sqrt(1 - alphaBar[t]!);
      expectClose([A + B * p, E + B * q, D], [ofX, ofOutput, Math.sqrt(posterior)], {
        absolute: 1e-10,
        what: `row of timestep ${t}`,
      });
    }
  });

  it('fixed_large has the variance beta, fixed_small the smaller posterior one', () => {
    const small = compileSampler(config(), { sampler: 'ddpm', steps: 300 }).rows;
    const large = compileSampler(config({ variance_type: 'fixed_large' }), { sampler: 'ddpm', steps: 300 }).rows;
    const { beta } = makeSchedule(config());
    large.forEach((row, i) => {
      expect(row.D).toBeCloseTo(row.timestep === 0 ? 0 : Math.sqrt(beta[row.timestep]!), 12);
      expect(small[i]!.D <= row.D).toBe(true);
    });
  });

  it('DDIM at eta 1 has the variance and the mean of DDPM', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...BETA_SCHEDULES),
        fc.constantFrom(1, 2, 3, 10, 100, 300),
        (beta_schedule, steps) => {
          const parsed = config({ beta_schedule, prediction_type: 'v_prediction', clip_sample: false });
          const ddpm = compileSampler(parsed, { sampler: 'ddpm', steps }).rows;
          const ddim = compileSampler(parsed, { sampler: 'ddim', steps, eta: 1 }).rows;
          ddim.forEach((row, i) => {
            const other = ddpm[i]!;
            const mean = (r: typeof row) => [r.A + r.B * r.p, r.E + r.B * r.q];
            expectClose([row.D, ...mean(row)], [other.D, ...mean(other)], { absolute: 1e-9, what: `row ${i}` });
          });
        },
      ),
    );
  });

  it('DDIM keeps the noise level: sigma squared and the direction squared add up to 1 - alphaBar of the next', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 2, max: 300 }), (eta, steps) => {
        const parsed = config();
        const { alphaBar } = makeSchedule(parsed);
        for (const row of compileSampler(parsed, { sampler: 'ddim', steps, eta }).rows) {
          const previous = row.timestep - Math.floor(300 / steps);
          const next = previous >= 0 ? alphaBar[previous]! : 1;
          expect(row.E ** 2 + row.D ** 2).toBeCloseTo(1 - next, 12);
          expect(row.B ** 2).toBeCloseTo(next, 12);
        }
      }),
    );
  });

  it('clips only where clip_sample says so', () => {
    expect(compileSampler(config({ clip_sample_range: 2 }), { sampler: 'ddim', steps: 2 }).clip).toBe(2);
    expect(compileSampler(config({ clip_sample: false }), { sampler: 'ddim', steps: 2 }).clip).toBe(null);
  });

  it('has finite scalars for every setting', () => {
    fc.assert(
      fc.property(settings, stepCounts, fc.constantFrom(...SAMPLER_NAMES), (json, steps, sampler) => {
        fc.pre(steps < 300); // DPM-Solver++ and UniPC need a timestep more
        const table = compileSampler(config(json), { sampler, steps });
        expect(table.rows.length).toBe(steps * samplerRecord(sampler).calls - (samplerRecord(sampler).calls - 1));
        expect(table.rows.every((row) => numbersOf(row).every(Number.isFinite))).toBe(true);
      }),
    );
  });

  it.each([
    [{ sampler: 'ddpm', steps: 301 }, 'steps must be an integer from 1 to 300, received 301'],
    [{ sampler: 'ddim', steps: 0 }, 'steps must be an integer from 1 to 300, received 0'],
    [{ sampler: 'nonesuch', steps: 10 }, `sampler must be one of ${SAMPLER_NAMES.join(', ')}, received "nonesuch"`],
    [{ sampler: 'ddim', steps: 10, eta: 1.5 }, 'eta must be a number from 0 to 1, received 1.5'],
    [{ sampler: 'ddim', steps: 10, eta: Number.NaN }, 'eta must be a number from 0 to 1, received NaN'],
    [{ sampler: 'heun', steps: 301 }, 'steps must be an integer from 1 to 300, received 301'],
    [
      { sampler: 'dpmpp_2m', steps: 300 },
      'steps must be at most 299 with leading spacing, so that no timestep comes twice, received 300',
    ],
    [
      { sampler: 'ddim', steps: 10, spacing: 'karras' },
      'spacing must be one of model, leading, linspace, trailing with sampler ddim, received "karras"',
    ],
    [{ sampler: 'euler', steps: 10, spacing: 'even' }, 'spacing must be one of model, leading, linspace, trailing'],
    [
      { sampler: 'euler', steps: 10, solver: 'bh1' },
      'solver must be left out or bh2 with sampler euler, received "bh1"',
    ],
    [
      { sampler: 'ddim_inverse', steps: 10 },
      `sampler must be one of ${SAMPLER_NAMES.join(', ')}, received "ddim_inverse"`,
    ],
    [{ sampler: 'ddim', steps: 10, eta: '0.5' }, 'eta must be a number from 0 to 1, received "0.5"'],
    [{ sampler: 'ddpm', steps: 10, eta: 0.5 }, 'eta must be left out or 0 with sampler ddpm, received 0.5'],
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
