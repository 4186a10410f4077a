/**
 * DPM-Solver++ of third order from the last three steps. Lu et al. 2022, appendix B; y keeps the oldest x0.
 *
 * diffusers 0.42.1 has half of the second difference that the flow of a parabola asks for (its single-step solver has all
 * of it), so that the error falls as steps^-2. `curvature` chooses between the two.
 */
import { solverGrid } from '../rows/grid.ts';
import { keptOf, multistepFactors, orderOfStep } from '../rows/multistep.ts';
import type { ChoiceOption, SamplerRecord } from '../rows/record.ts';
import { sigmaRow } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

const CURVATURES = ['half', 'full'] as const;

const curvature: ChoiceOption<(typeof CURVATURES)[number]> = {
  label: 'Curvature',
  describe: "dpmpp_3m's weight of the second difference: half as in diffusers (order 2) or full (order 3)",
  default: 'half',
  choices: CURVATURES,
};

export const dpmpp3m: SamplerRecord<'dpmpp_3m', { spacing: typeof spacing; curvature: typeof curvature }> = {
  name: 'dpmpp_3m',
  label: 'DPM++ 3M',
  hint: 'Looks back two steps, which pays at many steps. Adds no noise.',
  diffusers: 'DPMSolverMultistepScheduler',
  line: 'DPMSolverMultistepScheduler',
  identities: [{ settings: { curvature: 'half' }, keys: { algorithm_type: 'dpmsolver++', solver_order: 3 } }],
  order: 2,
  calls: 1,
  noise: false,
  options: { spacing, curvature },

  compile(given, schedule, steps, options, before) {
    const config = withSpacing(given, options.spacing);
    const grid = solverGrid(config, schedule, steps);
    const bent = options.curvature === 'full' ? 1 : 0.5;
    const keep = { a: 0, e: 0, b: 0, c: 1, f: 0 };
    const rows = grid.timesteps.map((timestep, i) => {
      const [x0, previous, oldest] = multistepFactors(grid, i, orderOfStep(config, i, steps, 3, before(i)), bent);
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const F = grid.space.scaleAt(next) * oldest;
      return sigmaRow(grid.space, { timestep, sigma, next, X: keptOf(grid, i), x0, previous, F, y: keep });
    });
    return { start: 1, rows };
  },
};
