/**
 * DPM-Solver++ of second order in single steps of two calls, the second halfway in log sigma, with fresh noise as Euler
 * ancestral has it. The last step, to no noise, is Euler's.
 *
 * Source: k-diffusion's sample_dpmpp_2s_ancestral; Lu et al. 2022, algorithm 1 with r = 1/2. diffusers has no such class.
 * Flow matching begins with pure noise, where the middle in log sigma is pure noise again.
 */
import { sigmasOf, timestepOf } from '../../schedule/sigmas.ts';
import { plainGrid } from '../rows/grid.ts';
import type { SamplerRecord } from '../rows/record.ts';
import { ancestralStep, eulerStep, sigmaRow, startOf } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

export const dpmpp2sAncestral: SamplerRecord<'dpmpp_2s_ancestral', { spacing: typeof spacing }> = {
  name: 'dpmpp_2s_ancestral',
  label: 'DPM++ 2S ancestral',
  hint: 'Calls the network twice per step, and adds fresh noise after each step but the last.',
  diffusers: null,
  line: false,
  identities: [{ settings: {}, keys: {} }],
  order: 2,
  calls: 2,
  noise: true,
  options: { spacing },

  compile(given, schedule, steps, options) {
    const config = withSpacing(given, options.spacing);
    const table = sigmasOf(schedule);
    const grid = plainGrid(config, schedule, steps, 0);
    const { space } = grid;
    const rows = grid.timesteps.flatMap((timestep, i) => {
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
      const { down, up } = ancestralStep(grid, i);
      if (next === 0) return [sigmaRow(space, { timestep, sigma, next, X: 0, x0: 1 })];

      // to the middle; y keeps the whole step's share of X, in the scale of the next x
      const middle = Math.sqrt(sigma * down);
      const half = eulerStep(sigma, middle);
      const y = { a: (space.scaleAt(next) / space.scaleAt(sigma)) * (down / sigma), e: 0, b: 0, c: 0, f: 0 };
      const first = sigmaRow(space, { timestep, sigma, next: middle, X: half.X, x0: half.x0, y });

      // the whole step with the middle's x0
      const asked = timestepOf(table, middle);
      const whole = eulerStep(sigma, down);
      return [first, sigmaRow(space, { timestep: asked, sigma: middle, next, x0: whole.x0, F: 1, z: up })];
    });
    return { start: startOf(config, grid), rows };
  },
};
