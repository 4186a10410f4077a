/**
 * The chain, step by step, beside the closed form's one jump. The scheduler computes both; they are timed and compared.
 * Their noises are independent: the chain draws new noise for each step, and the jump draws its own.
 */
import { forwardChain, type Schedule } from '@onnoise/scheduler';
import { checkInteger } from '@onnoise/scheduler/rules';
import { epsilon, JUMP_STREAM, noisy } from '../state/noisy.ts';
import { type Moments, momentsOf } from './statistics.ts';

export interface Timed {
  x: Float32Array;
  /** Time spent computing, drawing the noise included; milliseconds. */
  milliseconds: number;
}

export interface ChainStep extends Timed {
  /** Steps done, 1 to t. */
  step: number;
}

/**
 * x_1 ... x_t by single steps, one per `next()`. `milliseconds` counts only the time inside the steps, so that the
 * caller may draw in between. `clock` gives milliseconds.
 */
export function* chainTo(
  schedule: Schedule,
  x0: Float32Array,
  seed: number,
  t: number,
  clock: () => number,
): Generator<ChainStep> {
  checkInteger('run the chain', 't', t, 1, schedule.T);
  const steps = forwardChain(schedule, x0, (i) => epsilon(seed, x0.length, i + 1));
  let milliseconds = 0;
  for (let step = 1; step <= t; step++) {
    const start = clock();
    const x = steps.next().value as Float32Array;
    milliseconds += clock() - start;
    yield { step, x, milliseconds };
  }
}

/**
 * x_t in one jump, timed over as many runs as fill `atLeast` milliseconds (a single one is below the resolution of a
 * browser's clock), at most 1000.
 */
export function jumpTo(
  schedule: Schedule,
  x0: Float32Array,
  seed: number,
  t: number,
  clock: () => number,
  atLeast = 5,
): Timed {
  const start = clock();
  let runs = 0;
  let elapsed = 0;
  let x = x0;
  while (runs < 1000 && (runs === 0 || elapsed < atLeast)) {
    x = noisy(schedule, x0, epsilon(seed, x0.length, JUMP_STREAM), t);
    runs++;
    elapsed = clock() - start;
  }
  return { x, milliseconds: elapsed / runs };
}

/** The operations for n values: a step takes two multiplications and one addition per value. */
export function operations(n: number, steps: number): { randoms: number; arithmetic: number } {
  return { randoms: n * steps, arithmetic: 3 * n * steps };
}

/** x_t without the picture: x_t - sqrt(alphaBar_t) x_0. Both ways must give N(0, 1 - alphaBar_t). */
export function noisePart(schedule: Schedule, x0: Float32Array, x: Float32Array, t: number): Float32Array {
  const picture = noisy(schedule, x0, new Float32Array(x0.length), t);
  return x.map((value, i) => value - picture[i]!);
}

/** Mean and standard deviation over the pixels of x_t that the closed form predicts from those of x_0. */
export function expectedMoments(schedule: Schedule, x0: Float32Array, t: number): Moments {
  const alphaBar = t === 0 ? 1 : schedule.alphaBar[t - 1]!;
  const { mean, deviation } = momentsOf(x0);
  return {
    mean: Math.sqrt(alphaBar) * mean,
    deviation: Math.sqrt(alphaBar * deviation ** 2 + 1 - alphaBar),
  };
}
