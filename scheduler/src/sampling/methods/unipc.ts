/**
 * UniPC of second order: a multistep prediction, corrected at the next step by what the network says there. The corrected
 * picture is y + d x0, since all but the newest x0 is known a row before.
 *
 * Source: Zhao et al. 2023, algorithms 5 and 6 (B1, B2), for x0; the orders of the first and last steps as in diffusers'
 * UniPCMultistepScheduler 0.42.1. That class gives NaN where bh1, or an order of 2, ends without noise: here bh1 has its
 * limit, which is x0, and order 2 is refused.
 */
import { refuse } from '../../rules/errors.ts';
import type { SchedulerConfig } from '../../schedule/config.ts';
import { type Grid, solverGrid } from '../rows/grid.ts';
import { keptOf, lengthOf, ratioOf, shareAfter } from '../rows/multistep.ts';
import type { ChoiceOption, SamplerRecord } from '../rows/record.ts';
import { sigmaRow } from '../rows/sigma-space.ts';
import { spacing, withSpacing } from '../rows/spacing.ts';

const SOLVERS = ['bh2', 'bh1'] as const;

/** B(h), the scale of the differences. */
const solver: ChoiceOption<(typeof SOLVERS)[number]> = {
  label: 'Solver',
  describe: "unipc's B(h): e^h - 1 (bh2) or h (bh1)",
  default: 'bh2',
  choices: SOLVERS,
};

export const unipc: SamplerRecord<'unipc', { spacing: typeof spacing; solver: typeof solver }> = {
  name: 'unipc',
  label: 'UniPC',
  hint: 'Predicts, and corrects with the same call, so few steps go far. Adds no noise.',
  diffusers: 'UniPCMultistepScheduler',
  line: 'UniPCMultistepScheduler',
  identities: SOLVERS.map((name) => ({ settings: { solver: name }, keys: { solver_order: 2, solver_type: name } })),
  order: 2,
  calls: 1,
  noise: false,
  options: { spacing, solver },

  compile(given, schedule, steps, options, before) {
    const config = withSpacing(given, options.spacing);
    const grid = withLastSigma(config, solverGrid(config, schedule, steps, true));
    const { scaleAt } = grid.space;
    const order = orders(config, steps, before);
    const rows = grid.timesteps.map((timestep, i) => {
      const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];

      // the corrected picture, in the scale of x: x itself at first, then y + d x0
      const first = before(i) === 0;
      const d = first ? 0 : correct(grid, i, order[i - 1]!, options.solver).newest;

      // predict the next picture from it
      const { X, x0, previous } = predict(grid, i, order[i]!, options.solver);
      const scale = scaleAt(next) / scaleAt(sigma);
      const F = first ? 0 : scale * X;
      const predicted = { timestep, sigma, next, X: first ? X : 0, x0: x0 + (X * d) / scaleAt(sigma), previous, F };
      if (i === steps - 1 || before(i + 1) === 0) return sigmaRow(grid.space, predicted);

      // what is known of the next corrected picture, in the scale of the next x
      const known = correct(grid, i + 1, order[i]!, options.solver);
      const b = known.last + known.X * d;
      const y = { a: first ? known.X : 0, e: 0, b, c: known.beforeLast, f: first ? 0 : known.X };
      return sigmaRow(grid.space, { ...predicted, y });
    });
    return { start: 1, rows };
  },
};

/** With Karras' and exponential levels the schedule's least means the last of them. */
function withLastSigma(config: SchedulerConfig, grid: Grid): Grid {
  const levels = config.use_karras_sigmas || config.use_exponential_sigmas;
  if (!levels || config.final_sigmas_type === 'zero') return grid;
  return { ...grid, sigmas: [...grid.sigmas.slice(0, -1), grid.sigmas.at(-2)!] };
}

/** The order of each step's prediction, and of the correction that follows it. */
function orders(
  { lower_order_final, final_sigmas_type }: SchedulerConfig,
  steps: number,
  before: (step: number) => number,
): number[] {
  if (!lower_order_final && final_sigmas_type === 'zero' && steps > 1) {
    refuse('compile the sampler', 'lower_order_final', 'true for unipc where final_sigmas_type is zero', false);
  }
  return Array.from({ length: steps }, (_, i) => Math.min(2, before(i) + 1, lower_order_final ? steps - i : 2));
}

/** B(h) for x0, whose h is negative. */
const scaleOf = (solver: string, ratio: number, h: number): number => (solver === 'bh1' ? -h : ratio - 1);

/** X at i + 1 of X at i, x0 at i, and x0 at i - 1. */
function predict(grid: Grid, i: number, order: number, solver: string) {
  const ratio = ratioOf(grid, i);
  const [X, share] = [keptOf(grid, i), shareAfter(grid, i)];
  const constant = 1 - ratio;
  if (order === 1) return { X, x0: share * constant, previous: 0 };
  const h = lengthOf(grid, i);
  const slope = -scaleOf(solver, ratio, h) * 0.5 * (h / lengthOf(grid, i - 1));
  return { X, x0: share * (constant + slope), previous: share * -slope };
}

/** x at i, corrected, of x at i - 1, and of x0 at i, i - 1 and i - 2; here all in the scale of x. */
function correct(grid: Grid, i: number, order: number, solver: string) {
  const ratio = ratioOf(grid, i - 1);
  const h = lengthOf(grid, i - 1);
  const { scaleAt, levelAt } = grid.space;
  const [sigma, last] = [grid.sigmas[i]!, grid.sigmas[i - 1]!];
  const { signal } = levelAt(sigma); // of the image in x
  const X = keptOf(grid, i - 1) * (scaleAt(sigma) / scaleAt(last));
  const scale = -scaleOf(solver, ratio, h);
  if (order === 1) {
    const newest = 0.5 * scale;
    return { X, last: signal * (1 - ratio - newest), beforeLast: 0, newest: signal * newest };
  }
  // two conditions on the weights of both differences: rho0 + rho1 = b0, r rho0 + rho1 = b1
  const r = -lengthOf(grid, i - 2) / h;
  const phi1 = Math.expm1(-h) / -h - 1;
  const phi2 = phi1 / -h - 0.5;
  const [b0, b1] = [phi1 / -scale, (2 * phi2) / -scale];
  const rho0 = (b0 - b1) / (1 - r);
  const rho1 = b0 - rho0;
  const [older, newest] = [(scale * rho0) / r, scale * rho1];
  return { X, last: signal * (1 - ratio - older - newest), beforeLast: signal * older, newest: signal * newest };
}
