/**
 * Pictures of a model while it trains: a sheet of samples, the strip of one image coming out of the noise in ten
 * pictures, and the same as an animation. The same seeds every time, so that sheets can be compared.
 */
import {
  compileSampler,
  type ImageShape,
  type SamplerName,
  type SchedulerConfig,
  sampleImages,
} from '@onnoise/scheduler';
import type { Predictor } from './denoiser.ts';

export interface PreviewOptions {
  predictor: Predictor;
  scheduler: SchedulerConfig;
  /** [C, H, W] */
  shape: ImageShape;
  sampler: SamplerName;
  /** Sampling steps, at most the number of timesteps. */
  steps: number;
  /** Number of images, their seeds being seed, seed + 1, ... */
  count: number;
  seed: number;
  /** Number of classes of a conditional model: images take them in turn. */
  classes: number | null;
  /** `done` of `total` calls of the network. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface Preview {
  images: Float32Array; // [N, C, H, W]
  /** The first image before the first step and after every one, the last being the finished image. Each [C, H, W]. */
  frames: Float32Array[];
  /** The timestep of each frame, as the network gets it; undefined for the finished image. */
  timesteps: (number | undefined)[];
  /** Classes of the images, for a conditional model. */
  labels: number[] | undefined;
}

/** Images a call; enough for good speed, small enough for little memory. */
export const PREVIEW_BATCH = 16;

export async function drawPreview(options: PreviewOptions): Promise<Preview> {
  const { predictor, shape, count, classes, onProgress, signal } = options;
  const size = shape[0] * shape[1] * shape[2];
  const table = compileSampler(options.scheduler, { sampler: options.sampler, steps: options.steps });
  const labels = classes ? Array.from({ length: count }, (_, i) => i % classes) : undefined;
  const images = new Float32Array(count * size);
  const frames: Float32Array[] = [];
  const calls = Math.ceil(count / PREVIEW_BATCH) * table.rows.length;
  let done = 0;
  for (let first = 0; first < count; first += PREVIEW_BATCH) {
    const n = Math.min(PREVIEW_BATCH, count - first);
    const chosen = labels && Int32Array.from(labels.slice(first, first + n));
    const batch = await sampleImages({
      table,
      shape,
      seeds: Array.from({ length: n }, (_, i) => options.seed + first + i),
      denoise: (x, timesteps) => {
        if (first === 0 && frames.length === 0) frames.push(x.slice(0, size));
        return predictor.predict(x, timesteps, chosen ?? undefined);
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

/**
 * Images in a row of a sheet: of a conditional model as many times its classes as is nearest to a square, so that a column
 * has one class.
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
