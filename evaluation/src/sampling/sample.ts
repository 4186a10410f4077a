/** The model's pictures, as the bytes that a PNG of them holds. */
import { batchOf, type DiffusionModel } from '@onnoise/runtime-node';
import type { SamplerName, SamplerSettings } from '@onnoise/scheduler';
import { pictureShapeOf, sizeOf, toBytes } from '@onnoise/scheduler/model';
import type { ImageSet } from '../sets/types.ts';
import type { Asked } from './ask.ts';

/** Settings of sampling; those left out have their defaults. */
export interface SamplingSettings extends SamplerSettings {
  steps?: number | undefined;
  sampler?: SamplerName | undefined;
  guidance?: number | undefined;
  guidanceInterval?: readonly [low: number, high: number] | undefined;
}

interface SampleJob {
  settings: SamplingSettings;
  /** Picture i has the seed `seed + i`. */
  seed: number;
  asked: Asked;
  batch?: number | undefined;
  /** `done` of `total` pictures, parts of pictures counted. */
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface Sampled {
  pictures: ImageSet;
  /** Of a picture, with all that sampling needs; opening the network does not count. */
  secondsAPicture: number;
}

/**
 * Samples batch after batch: only one is in memory as numbers. The pictures are those of `pipeline sample` with the same
 * seeds, labels and settings.
 */
export async function samplePictures(model: DiffusionModel, job: SampleJob): Promise<Sampled> {
  const { settings, seed, asked, onProgress, signal } = job;
  const { count, labels, conditions } = asked;
  const shape = pictureShapeOf(model);
  const size = sizeOf(shape);
  const plane = shape[1] * shape[2];
  const batch = batchOf(model.shape, job.batch);
  const pixels = new Uint8Array(count * size);
  const masks = model.maskOutput ? new Uint8Array(count * plane) : asked.masks;
  const begin = performance.now();
  for (let first = 0; first < count; first += batch) {
    const last = Math.min(first + batch, count);
    const { images, masks: drawn } = await model.sample({
      ...settings,
      ...asked.request(first, last),
      seed: seed + first,
      count: last - first,
      batch,
      signal,
      onProgress: ({ done, total }) =>
        onProgress?.({ done: first + Math.floor(((last - first) * done) / total), total: count }),
    });
    pixels.set(toBytes(images), first * size);
    if (drawn) masks!.set(drawn, first * plane);
  }
  const secondsAPicture = (performance.now() - begin) / 1000 / count;
  return { pictures: { shape, count, pixels, labels, conditions, masks }, secondsAPicture };
}
