/**
 * The pictures of the overview: how real digits get noisy and what is guessed of them, and how noise becomes a digit. The
 * guesses are recorded; all else is worked out, by DDIM (Song et al. 2020, equation 12) without fresh noise.
 */
import { seededNoise } from '@onnoise/scheduler';
import type { Facts, Mixture, Recorded } from './recording.ts';

/** How many pictures show a digit getting noisy. */
export const FRAMES = 6;

/** Of one real digit, each [H, W]. */
export interface Lesson {
  label: number;
  timestep: number;
  /** From the digit to x_t. */
  frames: Float32Array[];
  epsilon: Float32Array;
  guess: Float32Array;
  /** Mean of the squared differences of both. */
  loss: number;
}

/** On the way to a new digit, each [H, W]. */
export interface Way {
  label: number;
  steps: { timestep: number; x: Float32Array; x0: Float32Array }[];
  picture: Float32Array;
}

export const noiseOf = (seed: number, size: number): Float32Array<ArrayBuffer> => {
  const noise = new Float32Array(size);
  seededNoise(seed, 0, noise);
  return noise;
};

type Level = Pick<Mixture, 'signal' | 'noise'>;

/** x_t */
export const noisy = (x0: Float32Array, epsilon: Float32Array, { signal, noise }: Level): Float32Array =>
  x0.map((value, i) => signal * value + noise * epsilon[i]!);

/** The noise that x has if x0 is its picture. */
const noiseIn = (x: Float32Array, x0: Float32Array, { signal, noise }: Level): Float32Array =>
  x.map((value, i) => (value - signal * x0[i]!) / noise);

export function lessonsOf({ trained }: Facts, { real, guessed }: Recorded): Lesson[] {
  return trained.map((mixture, n) => {
    const x0 = real[n]!;
    const epsilon = noiseOf(mixture.seed, x0.length);
    const frames = Array.from({ length: FRAMES }, (_, i) => {
      const noise = (mixture.noise * i) / (FRAMES - 1);
      return noisy(x0, epsilon, { noise, signal: Math.sqrt(1 - noise ** 2) });
    });
    const guess = noiseIn(frames.at(-1)!, guessed[n]!, mixture);
    const loss = guess.reduce((sum, value, i) => sum + (value - epsilon[i]!) ** 2, 0) / guess.length;
    return { label: mixture.label, timestep: mixture.timestep, frames, epsilon, guess, loss };
  });
}

export function wayOf({ drawn }: Facts, { way }: Recorded): Way {
  let x = noiseOf(drawn.seed, way[0]!.length);
  const steps = drawn.levels.map((level, i) => {
    const x0 = way[i]!;
    const step = { timestep: level.timestep, x, x0 };
    const next = drawn.levels[i + 1] ?? { signal: 1, noise: 0 };
    x = Float32Array.from(noisy(x0, noiseIn(x, x0, level), next));
    return step;
  });
  return { label: drawn.label, steps, picture: x };
}
