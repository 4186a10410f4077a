/**
 * The noise levels that a sampler in sigma space goes through, and the timesteps that the network is told for them. Two
 * families, each with the rounding of its classes in diffusers 0.42.1:
 *
 *     plain grid   Euler, Euler ancestral, Heun: `steps` levels, timesteps that need not be integers. Karras and
 *                  exponential levels lie between the first and the last level of the timestep spacing
 *     solver grid  DPM-Solver++, UniPC: `steps` + 1 timesteps without the last, rounded. Karras and exponential levels
 *                  lie between the ends of the schedule
 *
 * Flow matching has its own, `lineSigmas`, whose timesteps solvers cut off.
 */
import { refuse } from '../../rules/errors.ts';
import type { SchedulerConfig } from '../../schedule/config.ts';
import { isStraight } from '../../schedule/process.ts';
import type { Schedule } from '../../schedule/schedules.ts';
import { exponentialSigmas, karrasSigmas, sigmaAt, sigmasOf, timestepOf } from '../../schedule/sigmas.ts';
import { type LineGrid, lineSigmas, timeOf } from '../../schedule/straight.ts';
import { roundHalfToEven, spacedTimesteps } from '../../schedule/timesteps.ts';
import { type Space, spaceOf } from './space.ts';

export interface Grid {
  /** One per step, falling. */
  timesteps: number[];
  /** `steps` + 1 of them, falling; the last is where sampling ends, often 0. */
  sigmas: number[];
  /** What the noise levels mean. */
  space: Space;
}

/** How much less of the image there is in X at step i than after it; 1 where X keeps the image. */
export const growthOf = ({ sigmas, space }: Grid, i: number): number =>
  space.shareAt(sigmas[i]!) / space.shareAt(sigmas[i + 1]!);

const ACTION = 'compile the sampler';

export function plainGrid(config: SchedulerConfig, schedule: Schedule, steps: number, last: number): Grid {
  if (isStraight(config)) return lineGrid(config, schedule, steps, 'flow');
  const table = sigmasOf(schedule);
  const T = schedule.T;
  let timesteps =
    config.timestep_spacing === 'linspace'
      ? Array.from({ length: steps }, (_, i) =>
          Math.fround(steps === 1 ? 0 : ((T - 1) / (steps - 1)) * (steps - 1 - i)),
        )
      : Array.from(spacedTimesteps(config, steps));
  let sigmas = timesteps.map((timestep) => sigmaAt(table, timestep));
  const levels = levelsOf(config);
  if (levels) {
    sigmas = levels(sigmas[0]!, sigmas.at(-1)!, steps);
    timesteps = sigmas.map((sigma) => timestepOf(table, sigma));
  }
  return checked(config, schedule, steps, { timesteps, sigmas: [...sigmas, last], space: spaceOf(config) });
}

/** @param roundsAll Karras' timesteps are rounded whatever the schedule (UniPC); else the cosine's are cut off. */
export function solverGrid(config: SchedulerConfig, schedule: Schedule, steps: number, roundsAll = false): Grid {
  if (isStraight(config)) return lineGrid(config, schedule, steps, roundsAll ? 'unipc' : 'dpm');
  const table = sigmasOf(schedule);
  const levels = levelsOf(config);
  const grid = { timesteps: [] as number[], sigmas: [] as number[], space: spaceOf(config) };
  if (levels) {
    grid.sigmas = levels(table.at(-1)!, table[0]!, steps);
    const rounds = config.use_karras_sigmas && (roundsAll || config.beta_schedule !== 'squaredcos_cap_v2');
    const whole = rounds ? roundHalfToEven : Math.trunc;
    grid.timesteps = grid.sigmas.map((sigma) => whole(timestepOf(table, sigma)));
  } else {
    grid.timesteps = solverTimesteps(config, steps);
    grid.sigmas = grid.timesteps.map((timestep) => table[timestep]!);
  }
  grid.sigmas.push(lastSigma(config, schedule));
  return checked(config, schedule, steps, grid);
}

function lineGrid(config: SchedulerConfig, schedule: Schedule, steps: number, kind: LineGrid): Grid {
  const sigmas = lineSigmas(config, steps, kind);
  const times = sigmas.map((sigma) => timeOf(config, sigma));
  const timesteps = kind === 'flow' ? times : times.map(Math.trunc);
  return checked(config, schedule, steps, { timesteps, sigmas: [...sigmas, 0], space: spaceOf(config) });
}

/** Where sampling ends: no noise, or the schedule's least. */
export function lastSigma(config: SchedulerConfig, schedule: Schedule): number {
  return config.final_sigmas_type === 'zero' ? 0 : sigmasOf(schedule)[0]!;
}

function levelsOf(config: SchedulerConfig) {
  if (config.use_karras_sigmas) return karrasSigmas;
  return config.use_exponential_sigmas ? exponentialSigmas : undefined;
}

/** One timestep more than steps, spaced as the configuration says and without the last one. Trailing has none to drop. */
function solverTimesteps(config: SchedulerConfig, steps: number): number[] {
  const { num_train_timesteps: T, steps_offset: offset } = config;
  if (config.timestep_spacing === 'trailing') return Array.from(spacedTimesteps(config, steps));
  const falling = (timestepAt: (i: number) => number) => Array.from({ length: steps }, (_, i) => timestepAt(steps - i));
  if (config.timestep_spacing === 'linspace') {
    return falling((i) => (i === steps ? T - 1 : roundHalfToEven(i * ((T - 1) / steps))));
  }
  const stride = Math.floor(T / (steps + 1));
  const most = T - 1 - steps * stride;
  if (offset > most) refuse(ACTION, 'steps_offset', `at most ${most} with ${steps} steps of ${T}`, offset);
  return falling((i) => i * stride + offset);
}

/** No level twice, and no noise predicted where there is nothing else. */
function checked(config: SchedulerConfig, { T, alphaBar }: Schedule, steps: number, grid: Grid): Grid {
  const { sigmas } = grid;
  const twice = sigmas.some((sigma, i) => i > 0 && i < steps && sigma >= sigmas[i - 1]!);
  if (twice) {
    const rule =
      steps < T
        ? 'fewer, since several timesteps of this schedule have the same noise level'
        : `at most ${T - 1} with ${config.timestep_spacing} spacing, so that no timestep comes twice`;
    refuse(ACTION, 'steps', rule, steps);
  }
  if (config.prediction_type === 'epsilon' && alphaBar[T - 1] === 0 && sigmas[0]! > 4095) {
    refuse('sample a schedule that ends in pure noise', 'prediction_type', 'sample or v_prediction', 'epsilon');
  }
  return grid;
}
