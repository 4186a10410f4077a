/**
 * Classifier-free guidance: a network that was also trained without a condition is called with and without it, and its
 * output is taken further from the one without.
 *
 *     o = o_null + w (o_cond - o_null)
 *
 * w = 1 is the network as trained, w = 0 the network without a condition. Both halves are one call on a doubled batch.
 *
 * Source: Ho & Salimans, "Classifier-Free Diffusion Guidance" (arXiv 2207.12598), whose weight is w - 1 here; the interval:
 * Kynkaanniemi et al., "Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion
 * Models" (arXiv 2404.07724).
 */
import type { SamplerRow } from './rows/record.ts';
import type { Denoiser } from './run.ts';

export interface Guidance {
  /** w, 0 to `LARGEST_GUIDANCE`; never 1, which is no guidance. */
  scale: number;
  /** Guided are the timesteps from the first to the second, both included. */
  interval: readonly [low: number, high: number];
}

/** The scale for a network with a null condition, if none is asked for: a light one. */
export const DEFAULT_GUIDANCE = 1.1;
export const LARGEST_GUIDANCE = 20;

/** In float32, as networks get timesteps, so that all runtimes agree at the ends. */
export function isGuided(guidance: Guidance | undefined, timestep: number): guidance is Guidance {
  if (guidance === undefined) return false;
  const [low, high] = guidance.interval;
  const at = Math.fround(timestep);
  return at >= Math.fround(low) && at <= Math.fround(high);
}

/** How many pictures the network is called on for one that is sampled. */
export const picturesCalled = (rows: readonly Pick<SamplerRow, 'timestep'>[], guidance: Guidance | undefined): number =>
  rows.reduce((sum, { timestep }) => sum + (isGuided(guidance, timestep) ? 2 : 1), 0);

/** The formula on outputs of the same size; `out` may be one of them. */
export function guide(conditional: Float32Array, without: Float32Array, scale: number, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const base = without[i]!;
    out[i] = base + scale * (conditional[i]! - base);
  }
}

/**
 * A denoiser of N images with guidance.
 * @param plain the network on the N images with their conditions
 * @param doubled the network on 2 N images, first those with their conditions, then the same without
 */
export function guidedDenoiser(plain: Denoiser, doubled: Denoiser, guidance: Guidance): Denoiser {
  const twice = { x: new Float32Array(), timesteps: new Float32Array(), output: new Float32Array() };
  return async (x, timesteps, step) => {
    if (!isGuided(guidance, timesteps[0]!)) return plain(x, timesteps, step);
    const size = x.length;
    if (twice.output.length !== size) {
      twice.x = new Float32Array(2 * size);
      twice.timesteps = new Float32Array(2 * timesteps.length);
      twice.output = new Float32Array(size);
    }
    twice.x.set(x);
    twice.x.set(x, size);
    twice.timesteps.fill(timesteps[0]!);
    const both = await doubled(twice.x, twice.timesteps, step);
    guide(both.subarray(0, size), both.subarray(size), guidance.scale, twice.output);
    return twice.output;
  };
}

/**
 * The network on images with these rows (see `conditionRows`), guided if so asked.
 * @param absent the row of an image without a condition
 * @param create the network on as many images as rows
 */
export function denoiserOf(
  rows: readonly Float32Array[],
  { absent, guidance }: { absent: Float32Array; guidance: Guidance | undefined },
  create: (rows: readonly Float32Array[]) => Denoiser,
): Denoiser {
  const plain = create(rows);
  return guidance ? guidedDenoiser(plain, create([...rows, ...rows.map(() => absent)]), guidance) : plain;
}
