/**
 * Paints a round in the background, a few pictures at a time: the next ones while the first are played.
 *
 * It makes a synthetic picture for every place, even where a real one is shown. So the work, the progress and the wait
 * of a round are always the same, and a wait never gives away what comes next.
 */
import type { SamplingWorker } from '@onnoise/runtime-web';
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
  /** Share of the batch that is done, 0 to 1. */
  onProgress?: ((done: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The pictures shown at the next places, as bytes [C, H, W]. Rejects as the sampler does. */
export async function paintBatch(options: PaintOptions): Promise<Uint8ClampedArray<ArrayBuffer>[]> {
  const { worker, deals, from, steps, shape, conditions = {}, readReal, presentation, onProgress, signal } = options;
  const batch = deals.slice(from, from + BATCH);
  const labels = batch.flatMap(({ label }) => (label === null ? [] : [label]));
  const { images } = await worker.sample(
    {
      seeds: batch.map(({ seed }) => seed),
      steps,
      sampler: 'ddim',
      conditions: numbersOf(batch, conditions),
      ...(labels.length > 0 && { labels }),
    },
    { onStep: ({ step, steps }) => onProgress?.(step / steps), ...(signal && { signal }) },
  );
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

/** Of each picture in turn, by name. */
function numbersOf(batch: readonly Deal[], usual: Record<string, number>): Record<string, number[]> {
  const names = new Set([...Object.keys(usual), ...batch.flatMap(({ conditions }) => Object.keys(conditions))]);
  return Object.fromEntries(
    [...names].map((name) => [name, batch.map(({ conditions }) => conditions[name] ?? usual[name]!)]),
  );
}
