/**
 * DPM-Solver++ of second order from the last two steps, for the SDE: with fresh noise. Lu et al. 2022, appendix B.6; other
 * amounts of noise as in sample_dpmpp_2m_sde of k-diffusion, whose eta they are.
 */
import { growthOf, solverGrid } from '../rows/grid.ts';
import { lengthOf, orderOfStep, ratioOf, shareAfter } from '../rows/multistep.ts';
import type { NumberOption, SamplerRecord } from '../rows/record.ts';
import { sigmaRow } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

/** The SDE's noise is g(t)^2 = noise 2 sigma dsigma / dt; with 0 it is the ODE of `dpmpp_2m`. */
const noise: NumberOption = {
  label: 'Noise',
  describe: "dpmpp_2m_sde's fresh noise, from 0 (none) to 2; 1 is usual",
  default: 1,
  min: 0,
  max: 2,
};

export const dpmpp2mSde: SamplerRecord<'dpmpp_2m_sde', { spacing: typeof spacing; noise: typeof noise }> = {
  name: 'dpmpp_2m_sde',
  label: 'DPM++ 2M SDE',
  hint: 'Looks back one step, and adds fresh noise at every step but the last.',
  diffusers: 'DPMSolverMultistepScheduler',
  line: 'DPMSolverMultistepScheduler',
  identities: [
    { settings: { noise: 1 }, keys: { algorithm_type: 'sde-dpmsolver++', solver_order: 2, solver_type: 'midpoint' } },
  ],
  order: 2,
  calls: 1,
  noise: true,
  options: { spacing, noise },

  compile(given, schedule, steps, options, before) {
    const config = withSpacing(given, options.spacing);
    const grid = solverGrid(config, schedule, steps);
    const rows = grid.timesteps.map((timestep, i) => {
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const ratio = ratioOf(grid, i);

      // the flow of a constant x0, and of what it changed since the step before
      const kept = ratio ** (1 + options.noise);
      const constant = 1 - kept;
      const second = orderOfStep(config, i, steps, 2, before(i)) === 2;
      const slope = second ? (constant / 2) * (lengthOf(grid, i) / lengthOf(grid, i - 1)) : 0;
      const z = next * Math.sqrt(1 - ratio ** (2 * options.noise));
      const share = shareAfter(grid, i);
      const [x0, previous] = [share * (constant + slope), share * -slope];
      return sigmaRow(grid.space, { timestep, sigma, next, X: kept / growthOf(grid, i), x0, previous, z });
    });
    return { start: 1, rows };
  },
};
