/**
 * Pictures of a model while it trains: a sheet of samples, a strip of ten pictures in which one image comes out of the
 * noise, and the same as an animation. The seeds are the same every time, so that sheets can be compared.
 */
import {
  compileSampler,
  DEFAULT_GUIDANCE,
  denoiserOf,
  lastTimestep,
  type SamplerName,
  type SchedulerConfig,
  sampleImages,
} from '@onnoise/scheduler';
import { type ConditionImage, type ConditionSpec, type ImageShape, nullRow } from '@onnoise/scheduler/model';
import { inputsOf } from '../model/told.ts';
import { PREVIEW_BATCH } from '../settings/batch.ts';
import { rowsOf } from './conditioning.ts';
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
  /** The mask or picture that the model is told of each image. */
  conditionImage?: ConditionImage | undefined;
  /** Those of the images, [N, K, H, W]. */
  told?: Float32Array | undefined;
  /** Whether the model is trained without a condition too. */
  nullCondition?: boolean;
  /** Whether pictures are guided, as by default where the model is trained without a condition too. Default: true. */
  guided?: boolean;
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
}

export async function drawPreview(options: PreviewOptions): Promise<Preview> {
  const { predictor, shape, count, onProgress, signal } = options;
  const size = shape[0] * shape[1] * shape[2];
  const table = compileSampler(options.scheduler, { sampler: options.sampler, steps: options.steps });
  const { rows, ...guided } = conditioningOf(options);
  const images = new Float32Array(count * size);
  const frames: Float32Array[] = [];
  const calls = Math.ceil(count / PREVIEW_BATCH) * table.rows.length;
  let done = 0;
  for (let first = 0; first < count; first += PREVIEW_BATCH) {
    const n = Math.min(PREVIEW_BATCH, count - first);
    const network = denoiserOf(
      rows.slice(first, first + n),
      guided,
      (rows) => (x, timesteps) => predictor.predict(x, timesteps, rows),
    );
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
  return { images, frames, timesteps };
}

/** What the network is told of each image, and of none, and how it is guided. */
function conditioningOf({
  scheduler,
  count,
  classes,
  conditions = [],
  nullCondition = false,
  guided = true,
  ...options
}: PreviewOptions) {
  const { conditionImage, told: pictures } = options;
  const model = { classCount: classes, nullCondition, conditions, ...(conditionImage && { conditionImage }) };
  const told = {
    ...(pictures && { conditionImage: pictures }),
    ...(classes !== null && { labels: Int32Array.from({ length: count }, (_, i) => i % classes) }),
    ...(conditions.length > 0 && { conditions: spread(conditions, count) }),
  };
  const interval = [0, lastTimestep(scheduler)] as const;
  const guidance = guided && nullCondition ? { scale: DEFAULT_GUIDANCE, interval } : undefined;
  return { rows: rowsOf(model, told, count), absent: nullRow(inputsOf(model)), guidance };
}

/** Conditions of `count` images, [count, K]: the first image has the smallest values, the last the largest. */
function spread(specs: readonly ConditionSpec[], count: number): Float64Array {
  const valuesAt = (share: number) => specs.map(({ min, max }) => min + share * (max - min));
  return Float64Array.from(Array.from({ length: count }, (_, i) => valuesAt(count > 1 ? i / (count - 1) : 0.5)).flat());
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
