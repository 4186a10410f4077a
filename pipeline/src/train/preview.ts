/**
 * Pictures of a model while it trains: a sheet of samples, a strip of ten pictures in which one image comes out of the
 * noise, and the same as an animation. The seeds are the same every time, so that sheets can be compared.
 */
import {
  type ConditionSpec,
  compileSampler,
  DEFAULT_GUIDANCE,
  type Denoiser,
  guidedDenoiser,
  type ImageShape,
  type SamplerName,
  type SchedulerConfig,
  sampleImages,
} from '@onnoise/scheduler';
import { encodeBatch } from './conditioning.ts';
import type { Predictor } from './denoiser.ts';

export interface PreviewOptions {
  predictor: Predictor;
  scheduler: SchedulerConfig;
  /** [C, H, W] */
  shape: ImageShape;
  sampler: SamplerName;
  /** Sampling steps, at most the number of timesteps. */
  steps: number;
  /** Number of images, with the seeds seed, seed + 1, ... */
  count: number;
  seed: number;
  /** Number of classes of a conditional model: images take them in turn. */
  classes: number | null;
  /** The numbers that the model is conditional on: images take them evenly from the smallest to the largest. */
  conditions?: readonly ConditionSpec[];
  /** Whether the model is trained without a condition too: its pictures are guided as by default then. */
  nullCondition?: boolean;
  /** `done` of `total` calls of the network. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface Preview {
  images: Float32Array; // [N, C, H, W]
  /** The first image, before the first step and after each; the last frame is the finished image. Each [C, H, W]. */
  frames: Float32Array[];
  /** The timestep that the network gets for each frame; undefined for the finished image. */
  timesteps: (number | undefined)[];
  /** Classes of the images, for a conditional model. */
  labels: number[] | undefined;
}

/** Images per call: enough for good speed, few enough for little memory. */
export const PREVIEW_BATCH = 16;

export async function drawPreview(options: PreviewOptions): Promise<Preview> {
  const { shape, count, classes, conditions: specs = [], onProgress, signal } = options;
  const size = shape[0] * shape[1] * shape[2];
  const table = compileSampler(options.scheduler, { sampler: options.sampler, steps: options.steps });
  const labels = classes ? Array.from({ length: count }, (_, i) => i % classes) : undefined;
  const images = new Float32Array(count * size);
  const frames: Float32Array[] = [];
  const calls = Math.ceil(count / PREVIEW_BATCH) * table.rows.length;
  let done = 0;
  for (let first = 0; first < count; first += PREVIEW_BATCH) {
    const n = Math.min(PREVIEW_BATCH, count - first);
    const conditions = specs.length > 0 ? spreadConditions(specs, count, first, n) : undefined;
    const chosen = labels && Int32Array.from(labels.slice(first, first + n));
    const network = networkOf(options, n, chosen, conditions);
    const batch = await sampleImages({
      table,
      shape,
      seeds: Array.from({ length: n }, (_, i) => options.seed + first + i),
      denoise: (x, timesteps, step) => {
        if (first === 0 && frames.length === 0) frames.push(x.slice(0, size));
        return network(x, timesteps, step);
      },
      onStep: ({ x }) => {
        if (first === 0) frames.push(x.slice(0, size));
        onProgress?.(++done, calls);
      },
      signal,
    });
    images.set(batch, first * size);
  }
  const timesteps = [...table.rows.map(({ timestep }) => timestep), undefined];
  return { images, frames, timesteps, labels };
}

/** The network on `n` images of these classes [n] and conditions [n, 2K]. */
function networkOf(
  { predictor, scheduler, classes, nullCondition = false }: PreviewOptions,
  n: number,
  labels: Int32Array | undefined,
  conditions: Float32Array | undefined,
): Denoiser {
  const plain: Denoiser = (x, timesteps) => predictor.predict(x, timesteps, labels, conditions);
  if (!nullCondition) return plain;
  const bothLabels = labels && Int32Array.of(...labels, ...new Array<number>(n).fill(classes!));
  const bothConditions = conditions && new Float32Array(2 * conditions.length); // the second half is absent
  bothConditions?.set(conditions!);
  const doubled: Denoiser = (x, timesteps) => predictor.predict(x, timesteps, bothLabels, bothConditions);
  return guidedDenoiser(plain, doubled, {
    scale: DEFAULT_GUIDANCE,
    interval: [0, scheduler.num_train_timesteps - 1],
  });
}

/** Conditions of `n` of `count` images from `first` on, [n, 2K]: the first image has the smallest values, the last the largest. */
function spreadConditions(specs: readonly ConditionSpec[], count: number, first: number, n: number): Float32Array {
  const rows = Array.from({ length: n }, (_, i) => {
    const share = count > 1 ? (first + i) / (count - 1) : 0.5;
    return specs.map(({ min, max }) => min + share * (max - min));
  });
  return encodeBatch(specs, Float64Array.from(rows.flat()));
}

/**
 * Images in a row of a sheet. For a conditional model it is a multiple of the number of classes, so that a column has
 * one class: the multiple that makes the sheet most nearly square.
 */
export function sheetColumns(count: number, classes: number | null): number {
  const square = Math.ceil(Math.sqrt(count));
  if (classes === null || classes >= count) return square;
  return classes * Math.max(1, Math.round(square / classes));
}

/** One batch of single images, for `strip`. */
export function joinImages(images: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(images.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const image of images) {
    joined.set(image, offset);
    offset += image.length;
  }
  return joined;
}
