/**
 * The sampling call: it cuts the request into batches, and runs the sampler's table over the network for each.
 */
import { type Denoiser, denoiserOf, type ImageSeed, pictureOf, sampleImages } from '@onnoise/scheduler';
import {
  type Artefact,
  conditionRows,
  extraInputs,
  type ImageShape,
  latentsOf,
  type NetworkShape,
  nullRow,
  splitPairs,
} from '@onnoise/scheduler/model';
import { imageSize } from './pictures/pixels.ts';
import type { SampleRequest } from './request.ts';

export interface SampleCallbacks {
  /** Called after every step, with its pictures. */
  onStep?: ((progress: SampleProgress) => void) | undefined;
  /** Called after every step. */
  onProgress?: ((progress: Pick<SampleProgress, 'done' | 'total'>) => void) | undefined;
  /** Checked between steps; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** `x` and `x0` are the sampler's own buffers, valid until the callback returns: copy what you keep. */
export interface SampleProgress {
  /** Network calls done and to do, over all batches. */
  done: number;
  total: number;
  /** Network calls done of this batch, 1 to `steps`: the table's rows. */
  step: number;
  steps: number;
  /** Index of the first image of this batch. */
  first: number;
  /** This batch's images after the step, [n, C, H, W]. */
  x: Float32Array;
  /** This batch's images as predicted at the step, [n, C, H, W]. */
  x0: Float32Array;
}

export interface Samples {
  /** [N, C, H, W], mostly within [-1, 1] (within it where the scheduler clips). */
  images: Float32Array;
  /** [C, H, W], without the planes of a mask. */
  shape: ImageShape;
  /** One per image. */
  seeds: ImageSeed[];
  /** One per image, for a conditional model. */
  labels?: number[];
  /** Of a model that draws masks: class numbers [N, H, W], and how sure each is, [N, H, W] in 0..1. */
  masks?: Uint8Array;
  maskConfidence?: Float32Array;
  /** Where `returnLatents` asked for it: the noise that the pictures started from, [N, C, H, W]. */
  latents?: Float32Array;
}

/**
 * Samples batch after batch. Image i depends only on its seed and conditions, up to the network's rounding.
 * @param createDenoiser returns the network for a batch of images with these rows (see `conditionRows`); a guided step
 * calls it on twice the batch.
 */
export async function sampleInBatches(
  request: SampleRequest,
  unet: SampledNetwork,
  createDenoiser: (rows: readonly Float32Array[]) => Denoiser,
  { onStep, onProgress, signal }: SampleCallbacks,
): Promise<Samples> {
  const { seeds, table, batch, guidance, latents, from, mask } = request;
  const { shape } = unet;
  const inputs = extraInputs(unet);
  const rows = conditionRows(inputs, request, seeds.length);
  const absent = nullRow(inputs);
  const size = imageSize(shape);
  const images = new Float32Array(seeds.length * size);
  const calls = table.rows.length;
  const total = Math.ceil(seeds.length / batch) * calls;
  for (let first = 0; first < seeds.length; first += batch) {
    const batchSeeds = seeds.slice(first, first + batch);
    const batchRows = rows.slice(first, first + batch);
    const before = (first / batch) * calls;
    const result = await sampleImages({
      table,
      shape,
      seeds: batchSeeds,
      latents: latents?.subarray(first * size, (first + batchSeeds.length) * size),
      from: from && pictureOf(from, first, size, batchSeeds.length),
      unbounded: unet.autoencoder !== undefined,
      mask,
      denoise: denoiserOf(batchRows, { absent, guidance }, createDenoiser),
      onStep:
        (onStep ?? onProgress) &&
        (({ step, steps, x, x0 }) => {
          onStep?.({ done: before + step, total, step, steps, first, x, x0 });
          onProgress?.({ done: before + step, total });
        }),
      signal,
    });
    images.set(result, first * size);
  }
  return samplesOf(request, unet, images);
}

/** A network, and the mask that it draws with each picture. */
export type SampledNetwork = NetworkShape & Pick<Artefact, 'autoencoder' | 'maskOutput'>;

/** @param drawn [N, C, H, W] of the network's shape */
const samplesOf = (request: SampleRequest, { shape, maskOutput }: SampledNetwork, drawn: Float32Array): Samples => {
  const { seeds, labels } = request;
  const others = { seeds, ...(labels && { labels }), ...latentsOf(request, shape) };
  if (!maskOutput) return { images: drawn, shape, ...others };
  const { images, shape: pictures, masks, confidence } = splitPairs(drawn, shape, maskOutput);
  return { images, shape: pictures, masks, maskConfidence: confidence, ...others };
};
