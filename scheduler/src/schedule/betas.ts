/**
 * The named schedules: beta at each of the T timesteps.
 *
 * betas are rounded to float32 once, as in PyTorch, so that a schedule has the same numbers in diffusers and on every
 * engine, whatever its cos and exp.
 *
 * Sources: Ho et al. 2020 (linear), Rombach et al. 2022 (scaled_linear), Nichol & Dhariwal 2021 (the cosines),
 * Xu et al. 2022, GeoDiff (sigmoid).
 */

export const BETA_SCHEDULES = ['linear', 'scaled_linear', 'squaredcos_cap_v2', 'cosine', 'sigmoid'] as const;
export type BetaSchedule = (typeof BETA_SCHEDULES)[number];

export interface NamedSchedule {
  num_train_timesteps: number;
  beta_start: number;
  beta_end: number;
  beta_schedule: BetaSchedule;
}

/** beta of the schedule by name, [T] float32 numbers. */
export function namedBetas({
  num_train_timesteps: T,
  beta_start,
  beta_end,
  beta_schedule,
}: NamedSchedule): Float64Array {
  switch (beta_schedule) {
    case 'linear':
      return betas(T, (t) => linspace(beta_start, beta_end, T, t));
    case 'scaled_linear': // linear in the square root
      return betas(T, (t) => linspace(Math.sqrt(beta_start), Math.sqrt(beta_end), T, t) ** 2);
    case 'sigmoid':
      return betas(T, (t) => (beta_end - beta_start) / (1 + Math.exp(-linspace(-6, 6, T, t))) + beta_start);
    case 'squaredcos_cap_v2':
      return betas(T, (t) => Math.min(1 - cosineAlphaBar((t + 1) / T) / cosineAlphaBar(t / T), 0.999));
    case 'cosine': // the tutorial's: the same curve, clipped on both sides
      return betas(T, (t) =>
        Math.min(Math.max(1 - cosineAlphaBar((t + 1) / T) / cosineAlphaBar(t / T), 0.0001), 0.9999),
      );
  }
}

/** alphaBar as a function of time in [0, 1], up to a factor. Nichol & Dhariwal 2021, equation 17, s = 0.008. */
function cosineAlphaBar(time: number): number {
  return Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
}

/** T betas, each rounded to float32. */
export function betas(T: number, betaOf: (t: number) => number): Float64Array {
  return Float64Array.from({ length: T }, (_, t) => Math.fround(betaOf(t)));
}

function linspace(first: number, last: number, count: number, i: number): number {
  return count === 1 ? first : first + ((last - first) * i) / (count - 1);
}
