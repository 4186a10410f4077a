/**
 * One step back of one pixel, in the lecture's schedule: 300 timesteps, beta from 0.0001 to 0.02. a, b and sigma are those of
 * the scheduler's DDPM, Ho et al. 2020, equations 6 and 7.
 */
import { compileSampler, levelAt, makeSchedule, parseSchedulerConfig, predictionAt } from '@onnoise/scheduler';

export const T = 300;
const CONFIG = parseSchedulerConfig({
  num_train_timesteps: T,
  beta_schedule: 'linear',
  beta_start: 0.0001,
  beta_end: 0.02,
  prediction_type: 'epsilon',
  clip_sample: false,
});
const { alphaBar } = makeSchedule(CONFIG);

/** Steps from noise to the picture: all, or as few as the walk through the algorithm takes. */
export const STEPS = [T, 20] as const;
export type Steps = (typeof STEPS)[number];

const tables = new Map(STEPS.map((steps) => [steps, compileSampler(CONFIG, { sampler: 'ddpm', steps })]));

export interface Moment {
  /** 1 to T: where the step begins. */
  t: number;
  /** Where it ends, 0 for the picture. */
  to: number;
  /** Share of the picture's variance at t, and where the step ends. */
  alphaBar: number;
  alphaBarBefore: number;
  /** Of this step. */
  alpha: number;
  beta: number;
  /** The mean is a x_t + b x_0, the standard deviation sigma. */
  a: number;
  b: number;
  sigma: number;
}

/** @param number of the step, counted from the picture: 1 is the last one, `steps` the first */
export function momentOf(steps: Steps, number: number): Moment {
  const { rows } = tables.get(steps)!;
  const { timestep, A, B, D } = rows[steps - number]!;
  const next = rows[steps - number + 1]?.timestep;
  const [now, before] = [alphaBar[timestep]!, next === undefined ? 1 : alphaBar[next]!];
  return {
    t: timestep + 1,
    to: next === undefined ? 0 : next + 1,
    alphaBar: now,
    alphaBarBefore: before,
    alpha: now / before,
    beta: 1 - now / before,
    a: A,
    b: B,
    sigma: D,
  };
}

/** x_t of a pixel and its noise. */
export function noisyOf({ alphaBar }: Moment, x0: number, epsilon: number): number {
  const { signal, noise } = levelAt(alphaBar);
  return signal * x0 + noise * epsilon;
}

/** The guessed picture, from the guessed noise. */
export function pictureOf({ alphaBar }: Moment, x: number, epsilon: number): number {
  const { p, q } = predictionAt('epsilon', levelAt(alphaBar));
  return p * x + q * epsilon;
}

/** The guessed noise, from the guessed picture. */
export function noiseOf({ alphaBar }: Moment, x: number, x0: number): number {
  const { m, n } = predictionAt('sample', levelAt(alphaBar));
  return m * x + n * x0;
}

/** The mean of the next x, from the picture: ours. */
export const meanOf = ({ a, b }: Moment, x: number, x0: number): number => a * x + b * x0;

/** The same from the noise: the lecture's, Ho et al. 2020, equation 11. */
export const meanOfNoise = ({ alpha, beta, alphaBar }: Moment, x: number, epsilon: number): number =>
  (x - (beta / Math.sqrt(1 - alphaBar)) * epsilon) / Math.sqrt(alpha);

/** KL divergence of two bells of one width. */
export const divergence = (mean: number, other: number, sigma: number): number =>
  (mean - other) ** 2 / (2 * sigma ** 2);

/** What the square of the noise's error is multiplied by in the divergence: Ho et al. 2020, equation 12. */
export const weightOf = ({ alpha, beta, alphaBar, sigma }: Moment): number =>
  beta ** 2 / (2 * sigma ** 2 * alpha * (1 - alphaBar));
