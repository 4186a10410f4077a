/**
 * The chance in a phantom: every use of it has a stream of its own, so that a picture's pose does not depend on its age,
 * nor on the number of pictures. Picture k of a seed is stream k of the scheduler's generator.
 */
import { philoxStream } from '@onnoise/scheduler';

/** What numbers are drawn for. Each begins at its own place of the picture's stream. */
const PURPOSES = { who: 0, person: 1, pose: 2, bones: 3, film: 4, abnormality: 5, noise: 6, anomaly: 7 } as const;

/** Blocks of four words between purposes; the noise of a picture needs less. */
const APART = 2 ** 20;
const TWO_32 = 2 ** 32;

export interface Draw {
  /** A number in [low, high). */
  uniform(low: number, high: number): number;
  /** About normal: a sum of twelve uniforms, never further than 6 deviations from the mean. */
  normal(mean: number, deviation: number): number;
  /** True with that probability. */
  chance(probability: number): boolean;
  /** An integer in 0..count - 1. */
  pick(count: number): number;
}

/** @param seed 0 to 2^53 - 1 @param picture 0 to 2^32 - 1 */
export function drawFor(seed: number, picture: number, purpose: keyof typeof PURPOSES): Draw {
  const blocks = philoxStream(seed, picture);
  const words = new Uint32Array(4);
  const first = PURPOSES[purpose] * APART;
  let used = 0;
  const unit = () => {
    if (used % 4 === 0) blocks(first + used / 4, words);
    return words[used++ % 4]! / TWO_32;
  };
  const sumOfTwelve = () => {
    let sum = 0;
    for (let i = 0; i < 12; i++) sum += unit();
    return sum;
  };
  return {
    uniform: (low, high) => low + (high - low) * unit(),
    normal: (mean, deviation) => mean + deviation * (sumOfTwelve() - 6),
    chance: (probability) => unit() < probability,
    pick: (count) => Math.floor(count * unit()),
  };
}

/** The mean of two bytes is 127.5, and this its deviation: sqrt((256^2 - 1) / 12 / 2). */
const DEVIATION = 52.2546;

/** Fills `out` with noise of unit deviation: means of two uniforms, never beyond 2.5 deviations. */
export function fillNoise(seed: number, picture: number, out: Float32Array): void {
  const blocks = philoxStream(seed, picture);
  const words = new Uint32Array(4);
  const first = PURPOSES.noise * APART;
  for (let at = 0; at < out.length; at += 8) {
    blocks(first + at / 8, words);
    for (let k = 0; k < 4; k++) {
      const word = words[k]!;
      out[at + 2 * k] = (((word & 255) + ((word >>> 8) & 255)) / 2 - 127.5) / DEVIATION;
      out[at + 2 * k + 1] = ((((word >>> 16) & 255) + (word >>> 24)) / 2 - 127.5) / DEVIATION;
    }
  }
}
