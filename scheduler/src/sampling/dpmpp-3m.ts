/** DPM-Solver++ of third order from the last three steps. Lu et al. 2022, appendix B; y keeps the oldest x0. */
import { solverGrid } from './grid.ts';
import { multistepFactors, orderOfStep, ratioOf } from './multistep.ts';
import type { SamplerRecord } from './record.ts';
import { sigmaRow, signalAt } from './sigma-space.ts';
import { spacing, withSpacing } from './spacing.ts';

export const dpmpp3m: SamplerRecord<'dpmpp_3m', { spacing: typeof spacing }> = {
  name: 'dpmpp_3m',
  label: 'DPM++ 3M',
  hint: 'Looks back two steps: the least error at many steps. Adds no noise.',
  diffusers: 'DPMSolverMultistepScheduler',
  order: 3,
  calls: 1,
  noise: false,
  options: { spacing },

  compile(given, schedule, steps, options) {
    const config = withSpacing(given, options.spacing);
    const grid = solverGrid(config, schedule, steps);
    const keep = { a: 0, e: 0, b: 0, c: 1, f: 0 };
    const rows = grid.timesteps.map((timestep, i) => {
      const [x0, previous, oldest] = multistepFactors(grid, i, orderOfStep(config, i, steps, 3));
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const F = signalAt(next) * oldest;
      return sigmaRow(config, { timestep, sigma, next, X: ratioOf(grid, i), x0, previous, F, y: keep });
    });
    return { start: 1, rows };
  },
};
