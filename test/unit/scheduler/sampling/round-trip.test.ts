import { describe, expect, it } from 'vitest';
import { compileRoundTrip, parseSchedulerConfig } from '#scheduler/index.ts';

describe('compileRoundTrip', () => {
  it('goes up as far as it comes down, through the same timesteps', () => {
    const config = parseSchedulerConfig({ num_train_timesteps: 100, timestep_spacing: 'trailing' });
    for (const strength of [0.05, 0.3, 1]) {
      const { up, down } = compileRoundTrip(config, { steps: 20, strength });
      expect(up.rows.map(({ timestep }) => timestep)).toEqual(down.rows.map(({ timestep }) => timestep).reverse());
      expect(down.rows.length).toBe(20 * strength);
    }
  });

  it('refuses what has no way back', () => {
    const config = parseSchedulerConfig({ num_train_timesteps: 100, timestep_spacing: 'linspace' });
    expect(() => compileRoundTrip(config, { steps: 20, strength: 0.5 })).toThrow('timestep_spacing must be');
  });
});
