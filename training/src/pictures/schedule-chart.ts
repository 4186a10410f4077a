/** A learned schedule as a line chart, beside the one that it started from and the other named ones. */
import type { LineChart } from '@onnoise/runtime-node';
import { BETA_SCHEDULES, makeSchedule, type SchedulerConfig } from '@onnoise/scheduler';
import { gammasOf } from '../step/learned-schedule.ts';

/**
 * Signal to noise in decibels against the timestep.
 * @param first the scheduler that training started from @param learned alphaBar of the learned schedule, [T]
 */
export function scheduleChart(first: SchedulerConfig, learned: ArrayLike<number>): LineChart {
  const x = Array.from({ length: first.num_train_timesteps }, (_, t) => t);
  const curve = (name: string, alphaBar: ArrayLike<number>) => ({
    name,
    x,
    y: gammasOf(alphaBar).map((gamma) => (-10 * gamma) / Math.LN10),
  });
  const named = BETA_SCHEDULES.map((name) =>
    curve(name, makeSchedule({ ...first, beta_schedule: name, trained_betas: null }).alphaBar),
  );
  const began = first.trained_betas ? [curve('start', makeSchedule(first).alphaBar)] : [];
  return {
    title: 'Noise schedule',
    xLabel: 'timestep',
    yLabel: 'signal to noise, dB',
    series: [curve('learned', learned), ...began, ...named],
  };
}
