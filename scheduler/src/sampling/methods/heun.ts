/**
 * Heun's method on the probability flow in sigma space: a step of Euler's, then the mean of the slopes at both its ends.
 * Karras et al. 2022, algorithm 1 without churn. The last step, to no noise, is Euler's.
 */
import { plainGrid } from '../rows/grid.ts';
import type { SamplerRecord } from '../rows/record.ts';
import { eulerStep, sigmaRow, startOf } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

export const heun: SamplerRecord<'heun', { spacing: typeof spacing }> = {
  name: 'heun',
  label: 'Heun',
  hint: 'Calls the network twice per step. Adds no noise. With few steps, choose exponential spacing.',
  diffusers: 'HeunDiscreteScheduler',
  line: 'FlowMatchHeunDiscreteScheduler',
  identities: [{ settings: {}, keys: {} }],
  order: 2,
  calls: 2,
  noise: false,
  options: { spacing },

  compile(given, schedule, steps, options) {
    const config = withSpacing(given, options.spacing);
    const grid = plainGrid(config, schedule, steps, 0);
    const { space } = grid;
    const rows = grid.timesteps.flatMap((timestep, i) => {
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const { X, x0 } = eulerStep(sigma, next);
      const euler = { timestep, sigma, next, X, x0 };
      if (next === 0) return [sigmaRow(space, euler)];

      // Y = X + half (X - x0) / sigma waits for the other slope, in the scale of the next x
      const half = (next - sigma) / 2;
      const [here, there] = [space.scaleAt(sigma), space.scaleAt(next)];
      const y = { a: (there / here) * (1 + half / sigma), e: 0, b: -there * (half / sigma), c: 0, f: 0 };
      const corrected = { timestep: grid.timesteps[i + 1]!, sigma: next, next, X: half / next, x0: -half / next, F: 1 };
      return [sigmaRow(space, { ...euler, y }), sigmaRow(space, corrected)];
    });
    return { start: startOf(config, grid), rows };
  },
};
