/**
 * x_t of a picture, in one jump. The noise is the scheduler's seeded stream, so a seed gives the same epsilon on every
 * machine, and both schedules can share one.
 */
import { addNoise, gaussian, type Schedule } from '@onnoise/scheduler';

/** Streams of a seed: the jump draws epsilon from 0, step t of the chain draws its own from t. */
export const JUMP_STREAM = 0;

/** `length` unit normals. */
export function epsilon(seed: number, length: number, stream = JUMP_STREAM): Float32Array {
  const out = new Float32Array(length);
  gaussian(seed, 0, out, stream);
  return out;
}

/** x_t = sqrt(alphaBar_t) x_0 + sqrt(1 - alphaBar_t) epsilon for t from 1 to T; x_0 itself at t = 0. */
export function noisy(schedule: Schedule, x0: Float32Array, noise: Float32Array, t: number): Float32Array {
  return t === 0 ? x0 : addNoise(schedule, x0, noise, [t - 1]);
}
