/** A sampling that was recorded, to be shown while the model loads: see scripts/learn/record-sampling.ts. */
import type { ImageShape } from '@onnoise/scheduler';
import { signal } from '@preact/signals';
import facts from './recording.json' with { type: 'json' };

export const RECORDING = facts as unknown as {
  /** Pictures. */
  count: number;
  /** Of the first one. */
  seed: number;
  shape: ImageShape;
  /** The network's input, one a step. */
  timesteps: number[];
};

/** A step of it, [N, C, H, W] as bytes. */
export interface Moment {
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

/** The step on show; null before the recording is here. */
export const moment = signal<Moment | null>(null);

/**
 * Takes the recording's steps out of its picture.
 * @param rgba [2 steps H, N W, 4]: for each step a row of x and a row of x0
 */
export function readMoments(rgba: ArrayLike<number>, { count, shape, timesteps } = RECORDING): Moment[] {
  const [, height, width] = shape;
  const across = count * width;
  const batch = (row: number) => {
    const out = new Uint8ClampedArray(count * height * width);
    for (let i = 0; i < out.length; i++) {
      const [n, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
      out[i] = rgba[4 * ((row * height + y) * across + n * width + x)]!;
    }
    return out;
  };
  return timesteps.map((_, i) => ({
    shape,
    count,
    step: i + 1,
    steps: timesteps.length,
    t: timesteps[i + 1] ?? 0,
    x: batch(2 * i),
    x0: batch(2 * i + 1),
  }));
}
