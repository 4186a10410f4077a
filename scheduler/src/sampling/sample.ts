/**
 * Executes a sampler's table on the CPU. The network is a function; everything else is here. Images are float32
 * [N, C, H, W], and arithmetic is float64.
 */

import { gaussian } from '../noise/gaussian.ts';
import { InputError } from '../rules/errors.ts';
import { check, checkInteger, integer, type Rule, rule } from '../rules/rule.ts';
import { badOutput } from './bad-output.ts';
import type { SamplerRow } from './record.ts';
import { needsAuxiliary, type SamplerTable } from './table.ts';

/**
 * The network: noisy images and their timesteps in, its output out. `step` counts from 0. `x` is the sampler's own
 * buffer: read it before the promise resolves and do not write to it.
 */
export type Denoiser = (
  x: Float32Array, // [N, C, H, W]
  timesteps: Float32Array, // [N]
  step: number,
) => Promise<Float32Array>; // [N, C, H, W]

/**
 * Unit normal noise for one image: draw 0 is the start of sampling, draw i + 1 is the z of row i.
 * `out` is [C, H, W].
 */
export type NoiseSource = (seed: number, draw: number, out: Float32Array) => void;

/** `x` and `x0` are the sampler's own buffers, valid until the callback returns: copy what you keep. */
export interface StepProgress {
  /** Network calls done, 1 to `steps`. */
  step: number;
  /** Network calls in all: the table's rows. */
  steps: number;
  /** The timestep that `x` has just left. */
  timestep: number;
  /** The images after this step, [N, C, H, W]. */
  x: Float32Array;
  /** The images as predicted at this step, clipped, [N, C, H, W]. */
  x0: Float32Array;
}

export interface SampleImagesOptions {
  table: SamplerTable;
  /** [C, H, W] */
  shape: readonly number[];
  /** One per image; image i depends only on seeds[i], not on the batch. */
  seeds: readonly number[];
  denoise: Denoiser;
  onStep?: ((progress: StepProgress) => void) | undefined;
  /** Checked between steps; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Default: `seededNoise`. */
  noise?: NoiseSource | undefined;
}

/** The noise of `gaussian`: draw d of an image is values d * size ... of its seed's stream. */
export const seededNoise: NoiseSource = (seed, draw, out) => gaussian(seed, draw * out.length, out);

/**
 * Images from noise, float32 [N, C, H, W].
 *
 * @throws InputError for a shape that is not three positive integers, no seeds, a seed out of range, or a network whose
 * output is NaN or infinite.
 */
export async function sampleImages(options: SampleImagesOptions): Promise<Float32Array> {
  const { table, shape, seeds, denoise, onStep, signal, noise = seededNoise } = options;
  checkImages(shape, seeds);
  const size = shape.reduce((product, side) => product * side, 1);
  const count = seeds.length;

  const draw = (index: number, out: Float32Array) =>
    seeds.forEach((seed, n) => {
      noise(seed, index, out.subarray(n * size, (n + 1) * size));
    });

  signal?.throwIfAborted();
  const x = new Float32Array(count * size);
  const x0 = new Float32Array(count * size);
  const z = new Float32Array(count * size);
  const y = needsAuxiliary(table) ? new Float32Array(count * size) : undefined;
  const timesteps = new Float32Array(count);
  draw(0, x);
  scale(x, table.start);
  for (const [step, row] of table.rows.entries()) {
    signal?.throwIfAborted();
    const output = await denoise(x, timesteps.fill(row.timestep), step);
    if (output.length !== x.length) {
      throw new Error(
        `The denoiser returned ${output.length} values for ${x.length} (${count} x ${shape.join(' x ')}).`,
      );
    }
    if (row.D !== 0) draw(step + 1, z);
    if (!applyRow(row, table.clip, x, output, x0, z, y)) {
      const at = x.findIndex((value, i) => !Number.isFinite(value) || !Number.isFinite(output[i]));
      const seed = seeds[Math.floor(at / size)];
      throw badOutput({
        received: output[at],
        step: step + 1,
        steps: table.rows.length,
        timestep: row.timestep,
        seed,
      });
    }
    onStep?.({ step: step + 1, steps: table.rows.length, timestep: row.timestep, x, x0 });
  }
  return x;
}

/** Noise to where sampling starts, in place; a start of 1 changes no bit. */
export function scale(x: Float32Array, start: number): void {
  if (start !== 1) for (let i = 0; i < x.length; i++) x[i]! *= start;
}

/**
 * One row, in place: `x` becomes x', `x0` (on entry the previous row's) becomes this row's, `y` becomes y'. All the same
 * length; `y` is needed where the table needs it (`needsAuxiliary`).
 * @returns false if the output or x' has NaN or infinity; clipping would hide that in x0, but not in the picture.
 */
export function applyRow(
  row: SamplerRow,
  clip: number | null,
  x: Float32Array,
  output: Float32Array,
  x0: Float32Array,
  z: Float32Array,
  y?: Float32Array | undefined,
): boolean {
  const { p, q, A, E, B, C, F, D, y: next } = row;
  if (y === undefined && (F !== 0 || next)) throw new Error('The row needs y, which was not given.');
  const limit = clip ?? Number.POSITIVE_INFINITY;
  let zero = 0; // stays 0 while everything is finite: NaN and infinity times 0 are NaN
  for (let i = 0; i < x.length; i++) {
    const xi = x[i]!;
    const o = output[i]!;
    const predicted = Math.min(Math.max(p * xi + q * o, -limit), limit);
    const before = x0[i]!;
    let moved = A * xi + E * o + B * predicted;
    if (C !== 0) moved += C * before;
    if (F !== 0) moved += F * y![i]!;
    if (D !== 0) moved += D * z[i]!;
    if (next) y![i] = next.a * xi + next.e * o + next.b * predicted + next.c * before + next.f * y![i]!;
    x[i] = moved;
    x0[i] = predicted;
    zero += (o + Math.fround(moved)) * 0;
  }
  return zero === 0;
}

const SHAPE: Rule<readonly number[]> = rule(
  'three positive integers [C, H, W]',
  (value) => Array.isArray(value) && value.length === 3 && value.every(integer(1).holds),
);

function checkImages(shape: readonly number[], seeds: readonly number[]): void {
  check('sample images', 'shape', SHAPE, shape);
  if (seeds.length === 0) throw new InputError('Cannot sample images: seeds must be at least one, received none.');
  for (const seed of seeds) checkInteger('sample images', 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
}
