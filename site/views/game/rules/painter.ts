/**
 * Paints a round in the background, a few pictures at a time: the next ones while the first are played.
 *
 * It makes a synthetic picture for every place, even where a real one is shown. So the work, the progress and the wait
 * of a round are always the same, and a wait never gives away what comes next.
 */
import type { SampleRequest, SamplingWorker } from '@onnoise/runtime-web';
import { fromBytes, type ImageShape, sizeOf } from '../../../state/pixels.ts';
import { pauses } from '../../../state/tasks.ts';
import type { Deal } from './plan.ts';
import { type Presentation, present } from './presentation.ts';

/** Places painted in one go. */
export const BATCH = 5;

export interface PaintOptions {
  worker: Pick<SamplingWorker, 'sample'>;
  deals: readonly Deal[];
  /** Place of the first picture to paint. */
  from: number;
  steps: number;
  shape: ImageShape;
  /** Numbers that the model needs, where a deal has none. Default: none. */
  conditions?: Record<string, number> | undefined;
  /** A real picture's bytes, [C, H, W]. */
  readReal: (index: number) => ArrayLike<number>;
  /** How any picture of the round is shown. */
  presentation: Presentation;
  /**
   * Whether each picture is sampled by itself, and none is looked at on its way: an autoencoder would take longer to show the steps than
   * the network to make them. Default: no.
   */
  singly?: boolean | undefined;
  /** Share of the batch that is done, 0 to 1. */
  onProgress?: ((done: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The pictures shown at the next places, as bytes [C, H, W]. Rejects as the sampler does. */
export async function paintBatch(options: PaintOptions): Promise<Uint8ClampedArray<ArrayBuffer>[]> {
  const { deals, from, shape, readReal, presentation } = options;
  const batch = deals.slice(from, from + BATCH);
  const images = await (options.singly ? sampleSingly : sampleTogether)(batch, options);
  const size = sizeOf(shape);
  const shown: Uint8ClampedArray<ArrayBuffer>[] = [];
  const pause = pauses();
  for (const [i, { kind, real, seed }] of batch.entries()) {
    const made = images.slice(i * size, (i + 1) * size);
    const found = fromBytes(readReal(real));
    shown.push(present(kind === 'real' ? found : made, shape, presentation, seed));
    await pause();
  }
  return shown;
}

type Sampling = Pick<PaintOptions, 'worker' | 'steps' | 'conditions' | 'onProgress' | 'signal'>;

/** @returns [N, C, H, W] */
async function sampleTogether(batch: readonly Deal[], options: Sampling): Promise<Float32Array> {
  const { worker, onProgress, signal } = options;
  const { images } = await worker.sample(requestOf(batch, options), {
    onStep: ({ step, steps }) => onProgress?.(step / steps),
    ...(signal && { signal }),
  });
  return images;
}

async function sampleSingly(batch: readonly Deal[], options: Sampling): Promise<Float32Array> {
  const { worker, onProgress, signal } = options;
  const made: Float32Array[] = [];
  for (const deal of batch) {
    const { images } = await worker.sample(requestOf([deal], options), signal && { signal });
    made.push(images);
    onProgress?.(made.length / batch.length);
  }
  return joined(made);
}

function requestOf(batch: readonly Deal[], { steps, conditions = {} }: Sampling): SampleRequest {
  const labels = batch.flatMap(({ label }) => (label === null ? [] : [label]));
  return {
    seeds: batch.map(({ seed }) => seed),
    steps,
    sampler: 'ddim',
    conditions: numbersOf(batch, conditions),
    ...(labels.length > 0 && { labels }),
  };
}

function joined(pictures: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const picture of pictures) {
    all.set(picture, at);
    at += picture.length;
  }
  return all;
}

/** Of each picture in turn, by name. */
function numbersOf(batch: readonly Deal[], usual: Record<string, number>): Record<string, number[]> {
  const names = new Set([...Object.keys(usual), ...batch.flatMap(({ conditions }) => Object.keys(conditions))]);
  return Object.fromEntries(
    [...names].map((name) => [name, batch.map(({ conditions }) => conditions[name] ?? usual[name]!)]),
  );
}
