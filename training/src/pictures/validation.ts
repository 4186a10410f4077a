/**
 * The loss on held-out images with the averaged weights in evaluation mode. Images, timesteps (evenly spread) and noise
 * are always the same, so that the numbers of a run can be compared with each other.
 */
import { addNoise, gaussian, type PredictionType, predictionTarget, type Schedule } from '@onnoise/scheduler';
import { type LossOptions, lossOf, minSnrWeight } from '../step/loss.ts';
import type { Predictor } from './denoiser.ts';

const VALIDATION_STREAM = 0x7e00_0003;

export interface ValidationSet {
  images: Float32Array; // [N, C, H, W] in [-1, 1]
  /** One for each image: see `rowsOf`. */
  rows: readonly Float32Array[];
}

export interface ValidationOptions extends LossOptions {
  schedule: Schedule;
  predictionType: PredictionType;
  /** As in training, so that the two losses can be compared. */
  minSnr: number | null;
  seed: number;
  /** Images per call. */
  batch: number;
}

export async function validationLoss(
  predictor: Predictor,
  { images, rows }: ValidationSet,
  options: ValidationOptions,
): Promise<number> {
  const { schedule, predictionType, minSnr, seed, batch } = options;
  const count = rows.length;
  const size = images.length / count;
  const noise = new Float32Array(images.length);
  gaussian(seed, 0, noise, VALIDATION_STREAM);
  let sum = 0;
  for (let first = 0; first < count; first += batch) {
    const n = Math.min(batch, count - first);
    const part = (values: Float32Array) => values.subarray(first * size, (first + n) * size);
    // In the middle of each slot, so that neither end of time counts double.
    const timesteps = Int32Array.from({ length: n }, (_, i) => Math.floor(((first + i + 0.5) * schedule.T) / count));
    const x0 = part(images);
    const z = part(noise);
    const x = addNoise(schedule, x0, z, timesteps);
    const target = predictionTarget(schedule, predictionType, x0, z, timesteps);
    const output = await predictor.predict(
      x,
      Float32Array.from(timesteps, (t) => schedule.times[t]!),
      rows.slice(first, first + n),
    );
    timesteps.forEach((t, image) => {
      const weight = minSnr === null ? 1 : minSnrWeight(schedule.alphaBar[t]!, minSnr, predictionType);
      for (let i = image * size; i < (image + 1) * size; i++) sum += weight * lossOf(options, output[i]! - target[i]!);
    });
  }
  return sum / images.length;
}
