/**
 * Which timesteps a network is trained on. Uniformly, as in the DDPM paper; or by a logit-normal distribution, which
 * gives most of the training to those in the middle, where a picture's shape is decided:
 *
 *     t = floor(T / (1 + exp(-(mean + std z)))), z unit normal
 *
 * A mean above 0 prefers much noise. Source: Esser et al., "Scaling Rectified Flow Transformers" (arXiv 2403.03206),
 * section 3.1; `--weighting_scheme logit_normal` of diffusers' training examples.
 */
import { gaussian } from '../noise/gaussian.ts';
import { randomInts } from '../noise/random.ts';

export const TIMESTEP_SAMPLINGS = ['uniform', 'logit_normal'] as const;

export interface TimestepSampling {
  kind: (typeof TIMESTEP_SAMPLINGS)[number];
  /** Of the logit of t / T. */
  mean: number;
  /** Above 0. */
  std: number;
}

const UNIFORM_STREAM = 0x7e00_0002;
const NORMAL_STREAM = 0x7e00_0021;

/** Timesteps [batch] in 0..T - 1, as a pure function of (seed, step). Default: uniform. */
export function drawTimesteps(
  seed: number,
  step: number,
  batch: number,
  T: number,
  { kind, mean, std }: TimestepSampling = { kind: 'uniform', mean: 0, std: 1 },
): Int32Array {
  const timesteps = new Int32Array(batch);
  if (kind === 'uniform') {
    randomInts(seed, UNIFORM_STREAM, step * batch, T, timesteps);
    return timesteps;
  }
  const z = new Float32Array(batch);
  gaussian(seed, step * batch, z, NORMAL_STREAM);
  return timesteps.map((_, i) => Math.min(T - 1, Math.floor(T / (1 + Math.exp(-(mean + std * z[i]!))))));
}
