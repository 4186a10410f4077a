import {
  compileInverse,
  compileSampler,
  InputError,
  LINE_SAMPLERS,
  parseSchedulerConfig,
  type SamplerTable,
  sampleImages,
} from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectClose } from '#test/compare.ts';

const flow = (json: Record<string, unknown> = {}) =>
  parseSchedulerConfig({ prediction_type: 'flow_prediction', num_train_timesteps: 300, ...json });

const DATA = Float32Array.of(-1, -0.3, 0.1, 0.9);

/** What a network says that knows the data, by the level of each row: the cut timesteps of solvers say less. */
function knowing(table: Pick<SamplerTable, 'rows'>, sign = 1) {
  return async (x: Float32Array, _: Float32Array, step: number) => {
    const { signal, noise } = table.rows[step]!;
    return x.map((value, i) => sign * ((value - signal * DATA[i]!) / noise - DATA[i]!));
  };
}

/** undefined where it is refused. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return undefined;
  }
}

const SPREADS = [{}, { use_karras_sigmas: true }, { use_exponential_sigmas: true }, { use_beta_sigmas: true }];

describe.each(LINE_SAMPLERS)('%s of a model of flow matching', (sampler) => {
  it('returns the data of a network that knows it, whatever the shift, spread and number of steps', async () => {
    const settings = fc.record({
      steps: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(50, 300)),
      shift: fc.constantFrom(0.3, 1, 3, 12),
      spread: fc.constantFrom(...SPREADS),
      invert_sigmas: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(settings, async ({ steps, shift, spread, invert_sigmas }) => {
        const table = compileSampler(flow({ shift, invert_sigmas, ...spread }), { sampler, steps });
        const denoise = knowing(table, invert_sigmas ? -1 : 1);
        const x = await sampleImages({ table, shape: [1, 2, 2], seeds: [7], denoise });
        expectClose(x, DATA, { absolute: 1e-4 });
      }),
      { numRuns: 60 },
    );
  });

  it('is told times from T down', () => {
    const { start, signal, rows } = compileSampler(flow({ shift: 3 }), { sampler, steps: 12 });
    expect([start, signal]).toEqual([1, 0]);
    const times = rows.map(({ timestep }) => timestep);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(Math.max(...times)).toBeLessThanOrEqual(300);
  });
});

describe('a model of flow matching', () => {
  it('has rows of finite numbers, or refuses, for short lines and steep shifts', () => {
    const short = fc.record({
      num_train_timesteps: fc.integer({ min: 1, max: 4 }),
      shift: fc.constantFrom(0.01, 1, 100),
      shift_terminal: fc.constantFrom(null, 0.01, 0.9),
      spread: fc.constantFrom(...SPREADS),
    });
    fc.assert(
      fc.property(short, fc.constantFrom(...LINE_SAMPLERS), fc.nat(3), ({ spread, ...given }, sampler, less) => {
        const config = flow({ ...given, ...spread });
        const steps = Math.max(1, config.num_train_timesteps - less);
        const eta = sampler === 'ddim' ? { eta: 1 } : {};
        const table = attempt(() => compileSampler(config, { sampler, steps, ...eta }));
        for (const { y, ...row } of table?.rows ?? []) {
          const numbers = [...Object.values(row), ...Object.values(y ?? {})];
          expect(numbers.every(Number.isFinite), JSON.stringify(row)).toBe(true);
          expectClose([row.signal + row.noise], [1], { absolute: 1e-12 });
        }
      }),
      { numRuns: 600 },
    );
  });

  it.each([
    [{ sampler: 'ddpm', steps: 5 }, {}, 'sampler must be one of ddim, euler'],
    [{ sampler: 'dpmpp_2s_ancestral', steps: 5 }, {}, 'sampler must be one of ddim, euler'],
    [{ sampler: 'euler', steps: 5, spacing: 'trailing' }, {}, 'spacing must be one of model, linspace, karras'],
    [{ sampler: 'ddim', steps: 5, spacing: 'leading' }, {}, 'spacing must be one of model, linspace, karras'],
    [{ sampler: 'euler', steps: 1 }, { shift_terminal: 0.1 }, 'steps must be at least 2 with shift_terminal'],
    [{ sampler: 'euler', steps: 301 }, {}, 'steps must be an integer from 1 to 300'],
  ] as const)('refuses %j', (options, json, sentence) => {
    expect(() => compileSampler(flow(json), options)).toThrow(`Cannot compile the sampler: ${sentence}`);
  });

  it('has fresh noise of the variance that is left, by ddim with eta 1 and by euler_ancestral', () => {
    const config = flow({ shift: 2 });
    const tables = [
      compileSampler(config, { sampler: 'ddim', eta: 1, steps: 6 }),
      compileSampler(config, { sampler: 'euler_ancestral', steps: 6 }),
    ];
    for (const { rows } of tables) {
      for (const [i, { A, B, E, D, p, q, signal, noise }] of rows.entries()) {
        const next = rows[i + 1] ?? { signal: 1, noise: 0 };
        // of x = signal x0 + noise epsilon and o = epsilon - x0
        const [ofX, ofO] = [A + B * p, E + B * q];
        expectClose([ofX * signal - ofO], [next.signal], { absolute: 1e-9, what: `image after row ${i}` });
        expectClose([Math.hypot(ofX * noise + ofO, D)], [next.noise], { absolute: 1e-9, what: `noise after row ${i}` });
      }
    }
    expectClose(
      tables[0]!.rows.map(({ D }) => D),
      tables[1]!.rows.map(({ D }) => D),
      { absolute: 1e-9 },
    );
  });

  it('goes back to the noise that it came from, where the network is the same all the way', () => {
    const { rows } = compileInverse(flow(), { steps: 4 });
    expect(rows.map(({ timestep }) => Math.round(timestep))).toEqual([1, 101, 200, 300]);
    // x' = x + (sigma' - sigma) u
    for (const [i, { A, B, E, p, q, noise }] of rows.entries()) {
      const next = rows[i + 1]?.noise ?? 1;
      expectClose([A + B * p, E + B * q], [1, next - noise], { absolute: 1e-12, what: `row ${i}` });
    }
  });
});
