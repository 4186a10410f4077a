/** The steps of DDIM, and of DDIM backwards: from which level of noise to which other, and what the network is told. */
import { refuse } from '../../rules/errors.ts';
import type { SchedulerConfig } from '../../schedule/config.ts';
import { type Level, levelAt, type Prediction, predictionAt } from '../../schedule/prediction.ts';
import { isStraight } from '../../schedule/process.ts';
import type { Schedule } from '../../schedule/schedules.ts';
import { spacedTimesteps } from '../../schedule/timesteps.ts';
import { type Grid, plainGrid } from './grid.ts';

export interface DdimStep {
  timestep: number;
  from: Place;
  to: Place;
  /** x0 and epsilon at `from`. */
  prediction: Prediction;
}

/** A level of noise, also as the share of a variance of 1 and the root of what is left of that variance. */
interface Place {
  level: Level;
  alphaBar: number;
  scale: number;
}

const keeping = (alphaBar: number): Place => ({ level: levelAt(alphaBar), alphaBar, scale: 1 });

function placeOf({ space }: Grid, sigma: number): Place {
  const level = space.levelAt(sigma);
  const scale = Math.hypot(level.signal, level.noise);
  return { level, scale, alphaBar: (level.signal / scale) ** 2 };
}

/** On a straight line: the steps of Euler's method. */
function lineSteps(config: SchedulerConfig, schedule: Schedule, steps: number): DdimStep[] {
  const grid = plainGrid(config, schedule, steps, 0);
  return grid.timesteps.map((timestep, i) => {
    const [sigma, next] = [grid.sigmas[i]!, grid.sigmas[i + 1]!];
    const ends = { from: placeOf(grid, sigma), to: placeOf(grid, next) };
    return { timestep, ...ends, prediction: grid.space.predictionAt(sigma) };
  });
}

/** The same backwards: with what the network says at the other end of each step, as if it said it of this picture. */
function lineBack(config: SchedulerConfig, schedule: Schedule, steps: number): DdimStep[] {
  const grid = plainGrid(config, schedule, steps, 0);
  return lineSteps(config, schedule, steps)
    .map(({ timestep, from, to }, i) => {
      const prediction = grid.space.predictionAt(grid.sigmas[i + 1]!);
      return { timestep, from: to, to: from, prediction };
    })
    .reverse();
}

/** As in diffusers' DDIMScheduler, the previous timestep is t - floor(T / steps) for any spacing. */
export function ddimSteps(config: SchedulerConfig, schedule: Schedule, steps: number): DdimStep[] {
  if (isStraight(config)) return lineSteps(config, schedule, steps);
  if (schedule.alphaBar[0] === 0 && !config.set_alpha_to_one) {
    const rule = 'true for a schedule whose only timestep is pure noise: the picture would be that noise';
    refuse('compile the sampler', 'set_alpha_to_one', rule, false);
  }
  return Array.from(spacedTimesteps(config, steps), (timestep) => {
    const from = keeping(schedule.alphaBar[timestep]!);
    const to = keeping(before(config, schedule, timestep - Math.floor(schedule.T / steps)));
    return { timestep, from, to, prediction: predictionAt(config.prediction_type, from.level) };
  });
}

/** As in diffusers' DDIMInverseScheduler, the network is told the timestep that a step goes to. */
export function inverseSteps(config: SchedulerConfig, schedule: Schedule, steps: number): DdimStep[] {
  if (isStraight(config)) return lineBack(config, schedule, steps);
  return Array.from(spacedTimesteps(config, steps).reverse(), (timestep) => {
    const from = keeping(before(config, schedule, timestep - Math.floor(schedule.T / steps)));
    const to = keeping(schedule.alphaBar[timestep]!);
    return { timestep, from, to, prediction: predictionAt(config.prediction_type, from.level) };
  });
}

/** alphaBar of a timestep, or below 0 of a picture as good as without noise. */
function before({ set_alpha_to_one }: SchedulerConfig, { alphaBar }: Schedule, timestep: number): number {
  return alphaBar[timestep] ?? (set_alpha_to_one ? 1 : alphaBar[0]!);
}
