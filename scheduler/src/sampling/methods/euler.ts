/** Euler's method on the probability flow in sigma space. Karras et al. 2022, algorithm 1 without churn. */
import { lastSigma, plainGrid } from '../rows/grid.ts';
import type { SamplerRecord } from '../rows/record.ts';
import { eulerStep, sigmaRow, startOf } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

export const euler: SamplerRecord<'euler', { spacing: typeof spacing }> = {
  name: 'euler',
  label: 'Euler',
  hint: 'The simplest method without fresh noise, in noise levels.',
  diffusers: 'EulerDiscreteScheduler',
  line: 'FlowMatchEulerDiscreteScheduler',
  identities: [{ settings: {}, keys: {} }],
  order: 1,
  calls: 1,
  noise: false,
  options: { spacing },

  compile(given, schedule, steps, options) {
    const config = withSpacing(given, options.spacing);
    const grid = plainGrid(config, schedule, steps, lastSigma(config, schedule));
    const rows = grid.timesteps.map((timestep, i) => {
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const { X, x0 } = eulerStep(sigma, next);
      // What is left at the end is X itself, as in diffusers: the image at its full share, and the last noise, if any.
      const there = i === steps - 1 ? 1 : grid.space.scaleAt(next);
      return sigmaRow(grid.space, { timestep, sigma, next, there, X, x0 });
    });
    return { start: startOf(config, grid), rows };
  },
};
