/** Images from noise, or from a picture, by a sampler's table, on the CPU. */

import { gaussian } from '../noise/gaussian.ts';
import { checkSeed, drawsOf, type ImageSeed, type NoiseSource } from '../noise/seeds.ts';
import { InputError, refuse } from '../rules/errors.ts';
import { check, integer, type Rule, rule } from '../rules/rule.ts';
import { begin, checkPicture, eachImage, type Known } from './known.ts';
import { type Denoiser, runRows, type StepProgress } from './run.ts';
import type { SamplerTable } from './table.ts';

export interface SampleImagesOptions {
  table: SamplerTable;
  /** [C, H, W] */
  shape: readonly number[];
  /** One per image; image i depends only on seeds[i], not on the batch. */
  seeds: readonly ImageSeed[];
  denoise: Denoiser;
  /** The unit noise to start from, [N, C, H, W]. Default: the first draw of the seeds. */
  latents?: Float32Array | undefined;
  /** What to start from, in [-1, 1]: [C, H, W] for all images, or [N, C, H, W]. A table with a `signal` needs it. */
  from?: Float32Array | undefined;
  /** Whether `from` may lie beyond -1 and 1, as latents do. Default: no. */
  unbounded?: boolean | undefined;
  /** [H, W] in 0..1: 1 is painted anew, 0 keeps the pixels of `from`, between is a blend. */
  mask?: Float32Array | undefined;
  onStep?: ((progress: StepProgress) => void) | undefined;
  /** Checked between steps; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Default: `gaussian`. */
  noise?: NoiseSource | undefined;
}

/** The noise of an image by `gaussian`: draw d is values d * size ... of its seed's stream, or between those of two. */
export const seededNoise = drawsOf((seed, draw, out) => gaussian(seed, draw * out.length, out));

/** The unit noise that images of `size` values start from, [N, C, H, W]: what is given, or the first draw of their seeds. */
export function startNoise(
  { seeds, latents }: Pick<SampleImagesOptions, 'seeds' | 'latents'>,
  size: number,
  draws: ReturnType<typeof drawsOf> = seededNoise,
): Float32Array<ArrayBuffer> {
  const noise = new Float32Array(seeds.length * size);
  if (latents) noise.set(latents);
  else for (const [n, seed] of seeds.entries()) draws(seed, 0, noise.subarray(n * size, (n + 1) * size));
  return noise;
}

/**
 * Images, float32 [N, C, H, W]. Where a mask keeps pixels they are those of `from`, to the bit.
 *
 * @throws InputError for a shape that is not three positive integers, no seeds, a seed out of range, a picture or mask
 * that does not fit the shape, or a network whose output is NaN or infinite.
 */
export async function sampleImages(options: SampleImagesOptions): Promise<Float32Array> {
  const { table, shape, seeds, denoise, mask, onStep, signal, noise } = options;
  checkImages(options);
  const size = shape.reduce((product, side) => product * side, 1);
  const count = seeds.length;
  const draws = noise ? drawsOf(noise) : seededNoise;

  const draw = (index: number, out: Float32Array) =>
    seeds.forEach((seed, n) => {
      draws(seed, index, out.subarray(n * size, (n + 1) * size));
    });

  signal?.throwIfAborted();
  const x = startNoise(options, size, draws);
  const picture = options.from && eachImage(options.from, count * size);
  const known: Known | undefined = picture && mask && { picture, mask, noise: x.slice() };
  begin(x, table, picture);
  await runRows(x, { table, shape: [count, ...shape], denoise, draw, seeds, known, onStep, signal });
  return x;
}

const SHAPE: Rule<readonly number[]> = rule(
  'three positive integers [C, H, W]',
  (value) => Array.isArray(value) && value.length === 3 && value.every(integer(1).holds),
);

const ACTION = 'sample images';

function checkImages({ table, shape, seeds, from, unbounded, mask }: SampleImagesOptions): void {
  check(ACTION, 'shape', SHAPE, shape);
  if (seeds.length === 0) throw new InputError(`Cannot ${ACTION}: seeds must be at least one, received none.`);
  for (const seed of seeds) checkSeed(ACTION, 'seed', seed);
  if (from === undefined && table.signal !== 0) refuse(ACTION, 'from', 'given where strength is below 1', from);
  checkPicture({ from, mask }, shape, seeds.length, unbounded);
}
