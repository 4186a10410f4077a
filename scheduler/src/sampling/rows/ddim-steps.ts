/** The steps of DDIM, and of DDIM backwards: from which level of noise to which other, and what the network is told. */
import { refuse } from '../../rules/errors.ts';
import type { SchedulerConfig } from '../../schedule/config.ts';
import { type Level, levelAt, type Prediction, predictionAt } from '../../schedule/prediction.ts';
import type { Schedule } from '../../schedule/schedules.ts';
import { spacedTimesteps } from '../../schedule/timesteps.ts';

export interface DdimStep {
  timestep: number;
  from: Place;
  to: Place;
  /** x0 and epsilon at `from`. */
  prediction: Prediction;
}

/** A level of noise, also as the share of a variance of 1 and the root of what is left of that variance. */
export interface Place {
  level: Level;
  alphaBar: number;
  scale: number;
}

const keeping = (alphaBar: number): Place => ({ level: levelAt(alphaBar), alphaBar, scale: 1 });

/** As in diffusers' DDIMScheduler, the previous timestep is t - floor(T / steps) for any spacing. */
export function ddimSteps(config: SchedulerConfig, schedule: Schedule, steps: number): DdimStep[] {
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
