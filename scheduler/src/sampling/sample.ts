/** Images from noise by a sampler's table, on the CPU. */

import { gaussian } from '../noise/gaussian.ts';
import { InputError } from '../rules/errors.ts';
import { check, checkInteger, integer, type Rule, rule } from '../rules/rule.ts';
import { type Denoiser, runRows, type StepProgress } from './run.ts';
import type { SamplerTable } from './table.ts';

/**
 * Unit normal noise for one image: draw 0 is the start of sampling, draw i + 1 is the z of row i.
 * `out` is [C, H, W].
 */
export type NoiseSource = (seed: number, draw: number, out: Float32Array) => void;

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
  draw(0, x);
  scale(x, table.start);
  await runRows(x, { table, shape: [count, ...shape], denoise, draw, seeds, onStep, signal });
  return x;
}

/** Noise to where sampling starts, in place; a start of 1 changes no bit. */
export function scale(x: Float32Array, start: number): void {
  if (start !== 1) for (let i = 0; i < x.length; i++) x[i]! *= start;
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
