/** Golden data of scheduler/, made by scripts/golden/scheduler.py, samplers.py and starts.py; and what samplers do with their network. */
import { readFileSync } from 'node:fs';
import { type Denoiser, PREDICTION_TYPES, type SamplerTable, sampleImages } from '@onnoise/scheduler';

/** Prediction types of models that are noised by a chain of betas. */
export const CHAIN_TYPES = PREDICTION_TYPES.filter((type) => type !== 'flow_prediction');

export function schedulerGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/data/scheduler/${name}`, import.meta.url), 'utf8')) as T;
}

/** The scripts' `toy`: a network that all can compute. */
export const toy =
  (T: number): Denoiser =>
  async (x, timesteps) =>
    x.map((value) => 1.6 * Math.tanh(0.7 * value + 0.5 - timesteps[0]! / T));

/**
 * The pictures that a sampler visits, one row of pixels, flat, and the last x0.
 * @param noise by draw @param kept rows to keep; all by default
 */
export async function visit(
  table: SamplerTable,
  T: number,
  noise: readonly (readonly number[])[],
  kept?: readonly number[],
  more: Partial<Parameters<typeof sampleImages>[0]> = {},
) {
  const x: number[] = [];
  let x0: number[] = [];
  await sampleImages({
    table,
    shape: [1, 1, noise[0]!.length],
    seeds: [0],
    denoise: toy(T),
    noise: (_, draw, out) => out.set(noise[draw]!),
    onStep: (progress) => {
      if (kept?.includes(progress.step - 1) ?? true) x.push(...progress.x);
      x0 = [...progress.x0];
    },
    ...more,
  });
  return { x, x0 };
}

/**
 * 1e-5 of the largest picture. A row with large factors of x and y that nearly cancel magnifies the rounding of x to
 * float32, as Heun's does between levels that are far apart.
 */
export function tolerance(x: readonly number[], { rows }: Pick<SamplerTable, 'rows'>): number {
  const factors = rows.flatMap(({ A, y }) => [Math.abs(A), Math.abs(y?.a ?? 0)]);
  return 1e-5 * Math.max(1, ...x.map(Math.abs), ...factors);
}
