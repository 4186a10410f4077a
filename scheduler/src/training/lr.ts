/** Learning-rate schedules: a linear warm-up times a decay over the run. */

export const LR_SCHEDULES = ['constant', 'linear', 'cosine'] as const;
export type LrSchedule = (typeof LR_SCHEDULES)[number];

/**
 * | name        | unit  | meaning                                                             |
 * | lr          |       | the learning rate at full height                                    |
 * | lrSchedule  |       | `constant`; `linear` or `cosine` down to 0 at the end of the run    |
 * | warmupSteps | steps | it rises linearly up to step `warmupSteps`; 0 is off                |
 */
export interface LrOptions {
  lr: number;
  lrSchedule: LrSchedule;
  warmupSteps: number;
}

/**
 * @param step updates done before this one, from 0
 * @param progress share of the run that is done before this update, 0 to 1; more counts as 1
 */
export function lrAt({ lr, lrSchedule, warmupSteps }: LrOptions, step: number, progress: number) {
  const warm = warmupSteps > 0 ? Math.min(1, (step + 1) / warmupSteps) : 1;
  const done = Math.min(1, Math.max(0, progress));
  const decay = { constant: 1, linear: 1 - done, cosine: (1 + Math.cos(Math.PI * done)) / 2 }[lrSchedule];
  return lr * warm * decay;
}
