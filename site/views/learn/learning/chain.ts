/** The forward process of the points: how many timesteps, and how fast they get noisy. */
import { makeSchedule, parseSchedulerConfig, type Schedule } from '@onnoise/scheduler';
import { T } from './cloud-network.ts';

export const SCHEDULES = ['cosine', 'linear', 'sigmoid'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface Chain {
  T: number;
  schedule: Schedule;
}

/** The betas of the linear one go from 0.0001 to 0.02, which Ho et al. (2020) chose for a thousand steps. */
export const chainOf = (name: ScheduleName, timesteps: number): Chain => ({
  T: timesteps,
  schedule: makeSchedule(
    parseSchedulerConfig({
      num_train_timesteps: timesteps,
      beta_schedule: name,
      beta_start: 0.0001,
      beta_end: 0.02,
    }),
  ),
});

export const USUAL_CHAIN = chainOf('cosine', T);

/** What the network is told at t: it knows times from 0 to its own T - 1, so the last t is told alike in every chain. */
export const toldOf = (chain: Pick<Chain, 'T'>, t: number): number => ((t + 1) * T) / chain.T - 1;

/** How much of the picture is left at the last t, where sampling begins with none of it. */
export const leftAtTheEnd = ({ T, schedule }: Chain): number => Math.sqrt(schedule.alphaBar[T - 1]!);
