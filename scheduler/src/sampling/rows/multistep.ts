/**
 * DPM-Solver++ in multistep form: x0 is continued as a polynomial in lambda = log(share / sigma) through the steps before, and
 * the flow is solved exactly for it. Lu et al. 2022, section 4 and appendix B.
 *
 * As in diffusers' DPMSolverMultistepScheduler 0.42.1: the first steps, and the last ones where there are few, are of
 * lower order.
 */
import type { SchedulerConfig } from '../../schedule/config.ts';
import { type Grid, growthOf } from './grid.ts';

/** Fewer steps than these end with lower orders, where lower_order_final says so. */
const FEW_STEPS = 15;

/** @param before the steps that step i can look back on. */
export function orderOfStep(config: SchedulerConfig, i: number, steps: number, most: number, before: number): number {
  const few = config.lower_order_final && steps < FEW_STEPS;
  if (i === steps - 1 && (config.euler_at_final || few || config.final_sigmas_type === 'zero')) return 1;
  return Math.min(most, before + 1, i === steps - 2 && few ? 2 : most);
}

/** X' of X, for a flow that is solved exactly. */
export const keptOf = ({ sigmas }: Grid, i: number): number => sigmas[i + 1]! / sigmas[i]!;

/** e^-h of step i, h being how far it goes in lambda; 0 where it ends without noise. */
export const ratioOf = (grid: Grid, i: number): number => keptOf(grid, i) * growthOf(grid, i);

/** How far step i goes in lambda; infinite where it ends without noise. */
export const lengthOf = (grid: Grid, i: number): number =>
  Math.log(grid.sigmas[i]! / grid.sigmas[i + 1]! / growthOf(grid, i));

/** The share of the image in X'. */
export const shareAfter = ({ sigmas, space }: Grid, i: number): number => space.shareAt(sigmas[i + 1]!);

/**
 * X' of the three last x0, the newest first: the flow of a constant, a line, a parabola in lambda.
 * @param bent the share of the parabola's second difference: 1, or 1 / 2 as diffusers has it.
 */
export function multistepFactors(grid: Grid, i: number, order: number, bent = 1): [number, number, number] {
  const factors = flowFactors(grid, i, order, bent);
  return factors.map((factor) => shareAfter(grid, i) * factor) as [number, number, number];
}

/** The same, of an X' that keeps the image. */
function flowFactors(grid: Grid, i: number, order: number, bent: number): [number, number, number] {
  const constant = 1 - ratioOf(grid, i);
  if (order === 1) return [constant, 0, 0];
  const h = lengthOf(grid, i);
  const before = lengthOf(grid, i - 1);
  if (order === 2) {
    // the midpoint rule, D1 = (m0 - m1) h / before
    const slope = (constant / 2) * (h / before);
    return [constant + slope, -slope, 0];
  }
  // D1 and D2 of the differences h (m0 - m1) / before and h (m1 - m2) / earlier
  const earlier = lengthOf(grid, i - 2);
  const [bend, reach] = [before / (before + earlier), (2 * bent * h) / (before + earlier)];
  const [line, parabola] = [lineFlow(h), parabolaFlow(h)];
  const newer = (line * (1 + bend) - parabola * reach) * (h / before);
  const older = (-line * bend + parabola * reach) * (h / earlier);
  return [constant + newer, older - newer, -older];
}

/** (e^-h - 1) / h + 1 */
function lineFlow(h: number): number {
  return h < 1e-3 ? h / 2 - h ** 2 / 6 + h ** 3 / 24 : Math.expm1(-h) / h + 1;
}

/** (e^-h - 1 + h) / h^2 - 1 / 2 */
function parabolaFlow(h: number): number {
  return h < 1e-3 ? -h / 6 + h ** 2 / 24 - h ** 3 / 120 : (Math.expm1(-h) + h) / h ** 2 - 0.5;
}
