/**
 * Samplings that were recorded, to be shown while a model loads: see scripts/learn/record-sampling.ts. What the network
 * estimated is recorded; the noise is the seeds', and the page's own sampler puts both together.
 */
import { compileSampler, type SamplerName, type SchedulerConfig, sampleImages } from '@onnoise/scheduler';
import type { ImageShape } from '@onnoise/scheduler/model';
import { signal } from '@preact/signals';
import { fromBytes, toBytes } from '../../../state/picture.ts';
import type { Draft } from './parameters.ts';
import recordings from './recordings.json' with { type: 'json' };

export interface Recording {
  /** SHA-256 of the network's file in hex: the pictures of other weights would be others. */
  network: string;
  /** What the controls say for it, where that is not what they always say at first. */
  draft: Pick<Draft, 'count' | 'seed' | 'conditions'>;
  sampler: SamplerName;
  steps: number;
  shape: ImageShape;
  /** The model's, for what stands below the pictures; the pictures take them in turn. */
  classNames?: readonly string[] | undefined;
  /** Of the model. */
  scheduler: SchedulerConfig;
}

/** By key: that of a shipped model is the name of its folder. */
export const RECORDINGS = recordings as unknown as Readonly<Record<string, Recording>>;

/** A step of it, [N, C, H, W] as bytes. */
export interface Moment {
  recording: Recording;
  shape: ImageShape;
  count: number;
  /** Steps done. */
  step: number;
  steps: number;
  /** Of x; 0 for the pictures. */
  t: number;
  x: Uint8ClampedArray;
  x0: Uint8ClampedArray;
}

/** The step on show; null before a recording is here. */
export const moment = signal<Moment | null>(null);

/** What the network estimated at a step, counted from 0: [N, 1, H, W] in [-1, 1]. */
export type Estimates = (step: number) => Float32Array<ArrayBuffer>;

/**
 * Takes the estimates out of the recording's picture, a step at a time: all of them at once would hold the page up.
 * @param rgba [steps H, N W, 4]: a row of pictures for each step
 */
export function readEstimates(rgba: ArrayLike<number>, { draft, shape }: Recording): Estimates {
  const count = Number(draft.count);
  const [, height, width] = shape;
  const across = count * width;
  return (step) => {
    const bytes = new Uint8ClampedArray(count * height * width);
    let i = 0;
    for (let n = 0; n < count; n++) {
      for (let y = 0; y < height; y++) {
        const left = (step * height + y) * across + n * width;
        for (let x = 0; x < width; x++) bytes[i++] = rgba[4 * (left + x)]!;
      }
    }
    return fromBytes(bytes);
  };
}

interface ReplayOptions {
  onMoment: (moment: Moment) => void;
  /** Waited for before every step. */
  pause?: (() => Promise<void>) | undefined;
  signal?: AbortSignal | undefined;
}

/** Samples with the recorded estimates in the network's place. @throws the signal's reason */
export async function replay(
  recording: Recording,
  estimates: Estimates,
  { onMoment, pause, signal }: ReplayOptions,
): Promise<void> {
  const { draft, sampler, steps, shape, scheduler } = recording;
  const [count, seed] = [Number(draft.count), Number(draft.seed)];
  const table = compileSampler(scheduler, { sampler, steps });
  await sampleImages({
    table,
    shape,
    seeds: Array.from({ length: count }, (_, i) => seed + i),
    // x0 = p x + q o, so this o is what the network must have said.
    denoise: async (x, _, step) => {
      await pause?.();
      const { p, q } = table.rows[step]!;
      const values = estimates(step);
      for (let i = 0; i < values.length; i++) values[i] = (values[i]! - p * x[i]!) / q;
      return values;
    },
    onStep: ({ step, x, x0 }) => {
      const t = Math.round(table.rows[step]?.timestep ?? 0);
      onMoment({ recording, shape, count, step, steps, t, x: toBytes(x), x0: toBytes(x0) });
    },
    signal,
  });
}
