/**
 * Pictures that agree with a measurement, by a model that was trained without any: at each step the part of the guessed
 * picture that was measured is replaced by what was measured. The null space is left to the model.
 *
 * Source: Wang et al. 2023, "Zero-shot image restoration using denoising diffusion null-space model" (2212.00490).
 */
import type { Denoiser, SamplerTable } from '@onnoise/scheduler';
import { SIDE, SIZE } from './phantoms.ts';

/** Keeps of a picture [SIDE, SIDE] what the measurement tells of it; to apply it twice changes nothing. */
export type Projection = (picture: Float32Array) => Float32Array;

/** A camera with larger pixels: each square of `factor` pixels a side becomes its mean. */
export const coarse =
  (factor: number): Projection =>
  (picture) => {
    const out = new Float32Array(SIZE);
    for (let top = 0; top < SIDE; top += factor) {
      for (let left = 0; left < SIDE; left += factor) {
        let sum = 0;
        for (let i = 0; i < factor ** 2; i++)
          sum += picture[(top + Math.floor(i / factor)) * SIDE + left + (i % factor)]!;
        for (let i = 0; i < factor ** 2; i++) {
          out[(top + Math.floor(i / factor)) * SIDE + left + (i % factor)] = sum / factor ** 2;
        }
      }
    }
    return out;
  };

/** Lines of Fourier space that are measured: those of the middle, and every so many of the others, on both sides alike. */
export function linesOf(middle: number, every: number): readonly boolean[] {
  return Array.from({ length: SIDE }, (_, k) => {
    const away = Math.min(k, SIDE - k);
    return away <= middle || away % every === 0;
  });
}

/** A scanner that measures some lines of Fourier space, as in magnetic resonance, and takes the others as 0. */
export function someLines(lines: readonly boolean[]): Projection {
  const weight = Float64Array.from({ length: SIDE }, (_, shift) =>
    lines.reduce((sum, kept, k) => sum + (kept ? Math.cos((2 * Math.PI * k * shift) / SIDE) / SIDE : 0), 0),
  );
  return (picture) => {
    const out = new Float32Array(SIZE);
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        let sum = 0;
        for (let from = 0; from < SIDE; from++) sum += weight[(y - from + SIDE) % SIDE]! * picture[from * SIDE + x]!;
        out[y * SIDE + x] = sum;
      }
    }
    return out;
  };
}

/** The picture next to a guess [SIDE, SIDE] that agrees with what was measured. */
export type Agree = (guess: Float32Array) => Float32Array;

/** With a projection: its part of the guess is replaced. @param measured a projected picture */
export const agreeWith =
  (project: Projection, measured: Float32Array): Agree =>
  (guess) => {
    const known = project(guess);
    return guess.map((value, i) => value - known[i]! + measured[i]!);
  };

/** The gray of a radiograph that is brightest in the other kind of scan, and the gray there of its brightest. */
const [TOP, BONE] = [-0.4, -0.6];

/**
 * A scan of another kind, made up: air is black, soft tissue bright and bone dark, as in many pictures of magnetic resonance.
 * So a gray may stand for two of a radiograph, one on either side of `TOP`.
 */
export const otherScan = (picture: Float32Array): Float32Array =>
  picture.map((value) =>
    value < TOP ? 2 * ((value + 1) / (1 + TOP)) ** 2 - 1 : 1 - ((value - TOP) * (1 - BONE)) / (1 - TOP),
  );

/** Of the two grays of a radiograph that give the measured one, the nearer to the guess. @param scan an `otherScan` */
export const agreeWithScan = (scan: Float32Array): Agree => {
  const low = scan.map((value) => Math.sqrt((value + 1) / 2) * (1 + TOP) - 1);
  const high = scan.map((value) => TOP + ((1 - value) * (1 - TOP)) / (1 - BONE));
  return (guess) => guess.map((value, i) => (high[i]! > 1 || value < (low[i]! + high[i]!) / 2 ? low[i]! : high[i]!));
};

/** The network, whose guess agrees with what was measured, the same for all of the batch. */
export function agreeing(denoise: Denoiser, { rows, clip }: SamplerTable, agree: Agree): Denoiser {
  return async (x, timesteps, step) => {
    const { p, q } = rows[step]!;
    const output = await denoise(x, timesteps, step);
    const limit = clip ?? Number.POSITIVE_INFINITY;
    const guess = output.map((o, i) => Math.min(limit, Math.max(-limit, p * x[i]! + q * o)));
    const agreed = new Float32Array(x.length);
    for (let at = 0; at < x.length; at += SIZE) {
      agreed.set(agree(guess.subarray(at, at + SIZE)), at);
    }
    return agreed.map((x0, i) => (x0 - p * x[i]!) / q);
  };
}
