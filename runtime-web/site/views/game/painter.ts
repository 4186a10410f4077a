/**
 * Paints a round in the background, in two halves: the second while the first is played.
 *
 * It makes a synthetic picture for every place, even where a real one is shown. So the work, the progress and the wait
 * of a round are always the same, and a wait never gives away what comes next.
 */
import type { SamplingWorker } from '#src/worker/client.ts';
import { fromBytes, type ImageShape, sizeOf } from '../../state/pixels.ts';
import { type Deal, PICTURES } from './plan.ts';
import { type Presentation, present } from './presentation.ts';

/** Places painted in one go. */
export const HALF = PICTURES / 2;

export interface PaintOptions {
  worker: Pick<SamplingWorker, 'sample'>;
  deals: readonly Deal[];
  /** Place of the first picture of the half: 0 or HALF. */
  from: number;
  steps: number;
  shape: ImageShape;
  /** Numbers that the model needs. Default: none. */
  conditions?: Record<string, number> | undefined;
  /** A real picture's bytes, [C, H, W]. */
  readReal: (index: number) => ArrayLike<number>;
  /** How any picture of the round is shown. */
  presentation: Presentation;
  /** Share of the half that is done, 0 to 1. */
  onProgress?: ((done: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The pictures shown at the places of a half, as bytes [C, H, W]. Rejects as the sampler does. */
export async function paintHalf(options: PaintOptions): Promise<Uint8ClampedArray<ArrayBuffer>[]> {
  const { worker, deals, from, steps, shape, conditions = {}, readReal, presentation, onProgress, signal } = options;
  const half = deals.slice(from, from + HALF);
  const labels = half.flatMap(({ label }) => (label === null ? [] : [label]));
  const { images } = await worker.sample(
    { seeds: half.map(({ seed }) => seed), steps, sampler: 'ddim', conditions, ...(labels.length > 0 && { labels }) },
    { onStep: ({ step, steps }) => onProgress?.(step / steps), ...(signal && { signal }) },
  );
  const size = sizeOf(shape);
  return half.map(({ kind, real, seed }, i) => {
    const made = images.slice(i * size, (i + 1) * size);
    const found = fromBytes(readReal(real));
    return present(kind === 'real' ? found : made, shape, presentation, seed);
  });
}
