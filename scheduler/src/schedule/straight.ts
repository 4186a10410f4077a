/**
 * The straight line of flow matching: x = (1 - sigma) x0 + sigma epsilon. The network predicts its slope, the velocity
 * u = epsilon - x0, and is told sigma T.
 *
 * Source: Lipman et al. 2023, equation 22; Esser et al. 2024, section 3 and equation 23 (the shift). The levels that fewer
 * steps visit are those of diffusers 0.42.1: FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler, and, with
 * `use_flow_sigmas`, DPMSolverMultistepScheduler and UniPCMultistepScheduler.
 */
import { refuse } from '../rules/errors.ts';
import { betaSigmas } from './beta-sigmas.ts';
import type { SchedulerConfig } from './config.ts';
import { exponentialSigmas, karrasSigmas } from './sigmas.ts';

const ACTION = 'compile the sampler';

/** Above 1 it moves all levels but both ends towards noise. Esser et al. 2024, equation 23. */
export const shifted = (shift: number, sigma: number): number => (shift * sigma) / (1 + (shift - 1) * sigma);

/** What the network is told at a noise level. */
export const timeOf = (
  { num_train_timesteps: T, invert_sigmas }: Pick<SchedulerConfig, 'num_train_timesteps' | 'invert_sigmas'>,
  sigma: number,
): number => (invert_sigmas ? 1 - sigma : sigma) * T;

/** Whose noise levels: a flow's, or those of one of the solvers for both processes. */
export type LineGrid = 'flow' | 'dpm' | 'unipc';

/** Sampling from pure noise, UniPC begins this much below it, as in diffusers, so that its logarithm is finite. */
const BELOW_ONE = 1e-6;

/** `steps` noise levels, falling, without the last one, 0. @throws InputError where there is no such step. */
export function lineSigmas(config: SchedulerConfig, steps: number, grid: LineGrid): number[] {
  const { num_train_timesteps: T, shift, shift_terminal: terminal } = config;
  let sigmas = evenSigmas(shift, T, steps, grid).map((sigma) => shifted(shift, sigma));
  if (sigmas[0] === 0) refuse(ACTION, 'num_train_timesteps', 'at least 2 for a solver of flow matching', T);
  if (terminal !== null) {
    if (steps === 1) refuse(ACTION, 'steps', 'at least 2 with shift_terminal', steps);
    const stretch = (1 - sigmas.at(-1)!) / (1 - terminal);
    sigmas = sigmas.map((sigma) => 1 - (1 - sigma) / stretch);
  }
  const levels = levelsOf(config);
  if (levels) sigmas = levels(sigmas[0]!, sigmas.at(-1)!, steps);
  if (grid === 'unipc' && Math.abs(sigmas[0]! - 1) < BELOW_ONE) sigmas[0]! -= BELOW_ONE;
  return sigmas;
}

/**
 * The same in float32, as diffusers has the ends of the line: with a shift far below 1 the noisier end is not quite 1, and
 * shifted once more it is off by 1e-5.
 */
function singleShifted(shift: number, sigma: number): number {
  const { fround } = Math;
  const level = fround(sigma);
  return fround(fround(fround(shift) * level) / fround(1 + fround(fround(shift - 1) * level)));
}

/** Before the shift. A flow's ends are shifted twice, as in diffusers. */
function evenSigmas(shift: number, T: number, steps: number, grid: LineGrid): number[] {
  if (grid === 'flow') return linspace(singleShifted(shift, 1), singleShifted(shift, 1 / T), steps);
  const falling = linspace(1, 1 / T, steps + 1);
  if (grid === 'unipc') return falling.slice(0, -1);
  return falling
    .map((signal) => 1 - signal)
    .slice(1)
    .reverse();
}

function levelsOf(config: SchedulerConfig) {
  if (config.use_karras_sigmas) return karrasSigmas;
  if (config.use_exponential_sigmas) return exponentialSigmas;
  return config.use_beta_sigmas ? betaSigmas : undefined;
}

/** As numpy has it, to the bit: timesteps are cut off after it. */
function linspace(first: number, last: number, count: number): number[] {
  const stride = (last - first) / (count - 1);
  return Array.from({ length: count }, (_, i) =>
    i > 0 && i === count - 1 ? last : i === 0 ? first : i * stride + first,
  );
}
