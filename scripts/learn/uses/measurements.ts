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

/** The network, whose guess agrees with what was measured. @param measured a projected picture, the same for all of the batch */
export function agreeing(
  denoise: Denoiser,
  { rows, clip }: SamplerTable,
  project: Projection,
  measured: Float32Array,
): Denoiser {
  return async (x, timesteps, step) => {
    const { p, q } = rows[step]!;
    const output = await denoise(x, timesteps, step);
    const limit = clip ?? Number.POSITIVE_INFINITY;
    const guess = output.map((o, i) => Math.min(limit, Math.max(-limit, p * x[i]! + q * o)));
    const agreed = new Float32Array(x.length);
    for (let at = 0; at < x.length; at += SIZE) {
      const own = guess.subarray(at, at + SIZE);
      const known = project(own);
      for (let i = 0; i < SIZE; i++) agreed[at + i] = own[i]! - known[i]! + measured[i]!;
    }
    return agreed.map((x0, i) => (x0 - p * x[i]!) / q);
  };
}
