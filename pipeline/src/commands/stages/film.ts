/**
 * Keeps pictures during a sampling, for the frames and animations written afterwards.
 */
import { InputError } from '@onnoise/scheduler/rules';

/** Most bytes to keep. */
const LIMIT = 2 ** 30;

export interface Film {
  /** Step (from 1) to all images after it, [N, C, H, W]. */
  frames: Map<number, Float32Array>;
  /** An `onStep` of a sampling in batches. */
  keep: (progress: { step: number; first: number; x: Float32Array }) => void;
}

/**
 * @param count images
 * @param size values per image
 * @param steps the steps to keep
 * @throws InputError if that is too much.
 */
export function createFilm(count: number, size: number, steps: readonly number[]): Film {
  const bytes = count * size * steps.length * 4;
  if (bytes > LIMIT) {
    throw new InputError(
      `Cannot keep ${steps.length} frames of ${count} images: they must take at most 1 GiB, received ${(bytes / LIMIT).toFixed(1)} GiB. Lower --count or --steps.`,
    );
  }
  const wanted = new Set(steps);
  const frames = new Map<number, Float32Array>();
  return {
    frames,
    keep: ({ step, first, x }) => {
      if (!wanted.has(step)) return;
      const frame = frames.get(step) ?? new Float32Array(count * size);
      frame.set(x, first * size);
      frames.set(step, frame);
    },
  };
}
