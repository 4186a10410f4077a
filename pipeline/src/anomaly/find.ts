/**
 * Differences of images from what a model makes of them: each is reconstructed with several draws of noise, whose mean is what the
 * model holds for healthy. A batch is in memory at a time, and the pictures of the highest scores.
 */
import type { DiffusionModel, ReconstructionPlan } from '@onnoise/runtime-node';
import { sizeOf, usualBatch } from '@onnoise/scheduler/model';
import { type Dataset, readFloats } from '@onnoise/training/data';
import { differenceMap, type Side, scoreOf } from './score.ts';

export interface Finding {
  /** Number of the image in the dataset. */
  image: number;
  /** 0 to 2. */
  score: number;
  /** In [-1, 1]. [C, H, W] */
  input: Float32Array;
  healthy: Float32Array;
  /** 0 to 2. [H, W] */
  difference: Float32Array;
}

export interface FindOptions extends ReconstructionPlan {
  draws: number;
  seed: number;
  side: Side;
  /** Called with each image in turn. */
  onFinding: (finding: Finding) => Promise<void>;
  /** Called after each network call. */
  onCall: () => void;
  signal: AbortSignal;
}

/** How many network calls `findAnomalies` makes, of `calls` for a batch and a draw. */
export const callsFor = (count: number, calls: number, draws: number, shape: DiffusionModel['shape']) =>
  Math.ceil(count / usualBatch(shape)) * calls * draws;

/** Image i has draws of its own, from `seed + i draws` on, whatever the images beside it are. */
export async function findAnomalies(
  model: Pick<DiffusionModel, 'shape' | 'reconstruct'>,
  dataset: Dataset,
  { draws, seed, side, onFinding, onCall, signal, ...plan }: FindOptions,
): Promise<void> {
  const { shape } = model;
  const size = sizeOf(shape);
  const batch = usualBatch(shape);
  for (let first = 0; first < dataset.count; first += batch) {
    const numbers = Array.from({ length: Math.min(batch, dataset.count - first) }, (_, i) => first + i);
    const images = await readFloats(dataset, numbers);
    const mean = new Float32Array(images.length);
    for (let draw = 0; draw < draws; draw++) {
      const seeds = numbers.map((image) => seed + image * draws + draw);
      const made = await model.reconstruct({ ...plan, images, seeds, onCall, signal });
      for (let i = 0; i < made.length; i++) mean[i]! += made[i]! / draws;
    }
    for (const [i, image] of numbers.entries()) {
      signal.throwIfAborted();
      const [from, to] = [i * size, (i + 1) * size];
      const [input, healthy] = [images.slice(from, to), mean.slice(from, to)];
      const difference = differenceMap(input, healthy, shape, side);
      await onFinding({ image, score: scoreOf(difference), input, healthy, difference });
    }
  }
}
