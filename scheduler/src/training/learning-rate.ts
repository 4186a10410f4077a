/** Learning-rate schedules: a linear warm-up times a decay over the run. */

export const LEARNING_RATE_SCHEDULES = ['constant', 'linear', 'cosine'] as const;
export type LearningRateSchedule = (typeof LEARNING_RATE_SCHEDULES)[number];

/**
 * | name        | unit  | meaning                                                             |
 * | rate        |       | the rate at full height                                             |
 * | schedule    |       | `constant`; `linear` or `cosine` down to 0 at the end of the run    |
 * | warmupSteps | steps | the rate rises linearly up to step `warmupSteps`; 0 is off          |
 */
export interface LearningRateOptions {
  rate: number;
  schedule: LearningRateSchedule;
  warmupSteps: number;
}

/**
 * @param step updates done before this one, from 0
 * @param progress share of the run that is done before this update, 0 to 1; more counts as 1
 */
export function learningRateAt({ rate, schedule, warmupSteps }: LearningRateOptions, step: number, progress: number) {
  const warm = warmupSteps > 0 ? Math.min(1, (step + 1) / warmupSteps) : 1;
  const done = Math.min(1, Math.max(0, progress));
  const decay = { constant: 1, linear: 1 - done, cosine: (1 + Math.cos(Math.PI * done)) / 2 }[schedule];
  return rate * warm * decay;
}
