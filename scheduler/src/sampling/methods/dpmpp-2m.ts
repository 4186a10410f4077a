/** DPM-Solver++ of second order from the last two steps. Lu et al. 2022, algorithm 2, with the midpoint rule. */
import { solverGrid } from '../rows/grid.ts';
import { keptOf, multistepFactors, orderOfStep } from '../rows/multistep.ts';
import type { SamplerRecord } from '../rows/record.ts';
import { sigmaRow } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

export const dpmpp2m: SamplerRecord<'dpmpp_2m', { spacing: typeof spacing }> = {
  name: 'dpmpp_2m',
  label: 'DPM++ 2M',
  hint: 'Looks back one step, so few steps go far. Adds no noise.',
  diffusers: 'DPMSolverMultistepScheduler',
  line: 'DPMSolverMultistepScheduler',
  identities: [{ settings: {}, keys: { algorithm_type: 'dpmsolver++', solver_order: 2, solver_type: 'midpoint' } }],
  order: 2,
  calls: 1,
  noise: false,
  options: { spacing },

  compile(given, schedule, steps, options, before) {
    const config = withSpacing(given, options.spacing);
    const grid = solverGrid(config, schedule, steps);
    const rows = grid.timesteps.map((timestep, i) => {
      const [x0, previous] = multistepFactors(grid, i, orderOfStep(config, i, steps, 2, before(i)));
      return sigmaRow(grid.space, {
        timestep,
        sigma: grid.sigmas[i]!,
        next: grid.sigmas[i + 1]!,
        X: keptOf(grid, i),
        x0,
        previous,
      });
    });
    return { start: 1, rows };
  },
};
