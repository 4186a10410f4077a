/**
 * Euler's method with fresh noise: each step goes further down than to the next noise level, and noise brings it back up.
 *
 * Source: k-diffusion's sample_euler_ancestral. Karras' and exponential noise levels are those of Euler: diffusers' class
 * has none.
 */
import { plainGrid } from '../rows/grid.ts';
import type { SamplerRecord } from '../rows/record.ts';
import { ancestralStep, sigmaRow, startOf } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

export const eulerAncestral: SamplerRecord<'euler_ancestral', { spacing: typeof spacing }> = {
  name: 'euler_ancestral',
  label: 'Euler ancestral',
  hint: 'Euler with fresh noise at every step but the last.',
  diffusers: 'EulerAncestralDiscreteScheduler',
  line: null,
  identities: [{ settings: {}, keys: {} }],
  order: 1,
  calls: 1,
  noise: true,
  options: { spacing },

  compile(given, schedule, steps, options) {
    const config = withSpacing(given, options.spacing);
    const grid = plainGrid(config, schedule, steps, 0);
    const rows = grid.timesteps.map((timestep, i) => {
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const { X, x0, up } = ancestralStep(grid, i);
      return sigmaRow(grid.space, { timestep, sigma, next, X, x0, z: up });
    });
    return { start: startOf(config, grid), rows };
  },
};
