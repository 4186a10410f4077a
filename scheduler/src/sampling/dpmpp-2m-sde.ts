/** DPM-Solver++ of second order from the last two steps, for the SDE: with fresh noise. Lu et al. 2022, appendix B.6. */
import { solverGrid } from './grid.ts';
import { lengthOf, orderOfStep, ratioOf } from './multistep.ts';
import type { SamplerRecord } from './record.ts';
import { sigmaRow } from './sigma-space.ts';
import { spacing, withSpacing } from './spacing.ts';

export const dpmpp2mSde: SamplerRecord<'dpmpp_2m_sde', { spacing: typeof spacing }> = {
  name: 'dpmpp_2m_sde',
  label: 'DPM++ 2M SDE',
  hint: 'Looks back one step, and adds fresh noise at every step but the last.',
  diffusers: 'DPMSolverMultistepScheduler',
  identities: [{ settings: {}, keys: { algorithm_type: 'sde-dpmsolver++', solver_order: 2, solver_type: 'midpoint' } }],
  order: 2,
  calls: 1,
  noise: true,
  options: { spacing },

  compile(given, schedule, steps, options, before) {
    const config = withSpacing(given, options.spacing);
    const grid = solverGrid(config, schedule, steps);
    const rows = grid.timesteps.map((timestep, i) => {
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const ratio = ratioOf(grid, i);

      // the flow of a constant x0, and of what it changed since the step before
      const constant = 1 - ratio * ratio;
      const second = orderOfStep(config, i, steps, 2, before(i)) === 2;
      const slope = second ? (constant / 2) * (lengthOf(grid, i) / lengthOf(grid, i - 1)) : 0;
      const z = next * Math.sqrt(constant);
      return sigmaRow(config, { timestep, sigma, next, X: ratio * ratio, x0: constant + slope, previous: -slope, z });
    });
    return { start: 1, rows };
  },
};
