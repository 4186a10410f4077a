/**
 * The forward process adds noise to images: in closed form for any timestep, or step by step along the chain.
 *
 * Source: Ho et al. 2020, equations 2 and 4; Salimans & Ho 2022 (velocity).
 */

import { InputError } from '../rules/errors.ts';
import type { PredictionType } from './config.ts';
import type { Level } from './prediction.ts';
import type { Schedule } from './schedules.ts';

/** The closed form's factors, each [T] float64: x_t = signal[t] x_0 + noise[t] epsilon. */
export const closedFormFactors = ({ signal, noise }: Schedule): Pick<Schedule, 'signal' | 'noise'> => ({
  signal,
  noise,
});

/**
 * q(x_t | x_0): noisy images at any timestep, each image at its own.
 *
 * @param x0 [N, ...] in [-1, 1]
 * @param noise [N, ...] unit normal
 * @param timesteps [N] in 0..T - 1
 * @returns [N, ...]
 */
export function addNoise(
  schedule: Schedule,
  x0: Float32Array,
  noise: Float32Array,
  timesteps: ArrayLike<number>,
): Float32Array {
  return combine(schedule, x0, noise, timesteps, ({ signal, noise }) => [signal, noise]);
}

/** The network's training target, the noise, the image, v or u = noise - image, in the shape of `addNoise`'s arguments. */
export function predictionTarget(
  schedule: Schedule,
  type: PredictionType,
  x0: Float32Array,
  noise: Float32Array,
  timesteps: ArrayLike<number>,
): Float32Array {
  return combine(schedule, x0, noise, timesteps, (level) => {
    if (type === 'epsilon') return [0, 1];
    if (type === 'sample') return [1, 0];
    if (type === 'flow_prediction') return [-1, 1];
    return [-level.noise, level.signal];
  });
}

/**
 * q(x_t | x_{t-1}): one step of the chain, sqrt(1 - beta_t) x + sqrt(beta_t) epsilon, for the whole array; in the
 * schedule's scale. Step t = 0 makes x_0's first noisy image.
 */
export function chainStep(schedule: Schedule, x: Float32Array, noise: Float32Array, t: number): Float32Array {
  const beta = schedule.beta[t];
  if (beta === undefined) throw outOfRange(schedule, t);
  const scale = schedule.scale[t]!;
  const keep = (Math.sqrt(1 - beta) * scale) / (schedule.scale[t - 1] ?? 1);
  const add = Math.sqrt(beta) * scale;
  return x.map((value, i) => keep * value + add * noise[i]!);
}

/** The whole chain: yields x after step 0, 1 ... T - 1. `noise(t)` gives the unit noise of step t, as long as x0. */
export function* forwardChain(
  schedule: Schedule,
  x0: Float32Array,
  noise: (t: number) => Float32Array,
): Generator<Float32Array> {
  let x = x0;
  for (let t = 0; t < schedule.T; t++) {
    x = chainStep(schedule, x, noise(t), t);
    yield x;
  }
}

function combine(
  schedule: Schedule,
  x0: Float32Array,
  noise: Float32Array,
  timesteps: ArrayLike<number>,
  factors: (level: Level) => [number, number],
): Float32Array {
  const count = timesteps.length;
  const size = x0.length / count;
  if (noise.length !== x0.length || !Number.isInteger(size)) {
    throw new InputError(
      `Cannot add noise: x0 and noise must be one length and a multiple of the ${count} timesteps, received ${x0.length} and ${noise.length}.`,
    );
  }
  const out = new Float32Array(x0.length);
  for (let n = 0; n < count; n++) {
    const t = timesteps[n]!;
    const signal = schedule.signal[t];
    if (signal === undefined) throw outOfRange(schedule, t);
    const [image, epsilon] = factors({ signal, noise: schedule.noise[t]! });
    for (let i = n * size; i < (n + 1) * size; i++) out[i] = image * x0[i]! + epsilon * noise[i]!;
  }
  return out;
}

function outOfRange(schedule: Schedule, t: number): InputError {
  return new InputError(`Cannot add noise: timestep must be an integer from 0 to ${schedule.T - 1}, received ${t}.`);
}
