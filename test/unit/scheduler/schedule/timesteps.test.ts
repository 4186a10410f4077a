import { InputError, parseSchedulerConfig, spacedTimesteps, TIMESTEP_SPACINGS } from '@onnoise/scheduler';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const config = (num_train_timesteps: number, timestep_spacing = 'leading', steps_offset = 0) =>
  parseSchedulerConfig({ num_train_timesteps, timestep_spacing, steps_offset });

describe('spacedTimesteps', () => {
  it('gives as many timesteps as asked for, falling, in 0..T-1', () => {
    const cases = fc
      .integer({ min: 1, max: 1200 })
      .chain((T) => fc.tuple(fc.constant(T), fc.integer({ min: 1, max: T }), fc.constantFrom(...TIMESTEP_SPACINGS)));
    fc.assert(
      fc.property(cases, ([T, steps, spacing]) => {
        const timesteps = spacedTimesteps(config(T, spacing), steps);
        expect(timesteps.length).toBe(steps);
        expect(timesteps.every((t, i) => t >= 0 && t < T && (i === 0 || t < timesteps[i - 1]!))).toBe(true);
        if (spacing === 'leading') expect(timesteps.at(-1)).toBe(0);
        if (spacing === 'trailing') expect(timesteps[0]).toBe(T - 1);
        if (spacing === 'linspace' && steps > 1) expect([timesteps[0], timesteps.at(-1)]).toEqual([T - 1, 0]);
      }),
      { numRuns: 500 },
    );
  });

  it('adds steps_offset to leading timesteps', () => {
    expect([...spacedTimesteps(config(100, 'leading', 1), 4)]).toEqual([76, 51, 26, 1]);
  });

  it('refuses an offset that leaves the schedule', () => {
    expect(() => spacedTimesteps(config(100, 'leading', 2), 50)).toThrow(
      'Cannot choose timesteps: steps_offset must be at most 1 with 50 steps of 100, received 2.',
    );
  });

  it.each([0, -1, 1.5, Number.NaN, 301])('refuses %s steps of 300', (steps) => {
    expect(() => spacedTimesteps(config(300), steps)).toThrow(InputError);
  });
});
