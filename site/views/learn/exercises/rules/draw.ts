/** Numbers of a student: drawn from a seed, so that neighbours have others, and a teacher can draw them again. */
import { randomInts } from '@onnoise/scheduler';

/** Seeds are 1 to SEEDS. */
export const SEEDS = 99_999;

export interface Draw {
  /** One of them. */
  pick<T>(from: readonly T[]): T;
  /** From low to high, a multiple of `step`; in decimals as short as the step. */
  between(low: number, high: number, step: number): number;
}

/** @param stream another one for each exercise */
export function drawOf(seed: number, stream: number): Draw {
  let at = 0;
  const below = (count: number) => {
    const one = new Int32Array(1);
    randomInts(seed, stream, at++, count, one);
    return one[0]!;
  };
  return {
    pick: (from) => from[below(from.length)]!,
    between: (low, high, step) => {
      const decimals = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
      return Number((low + step * below(Math.round((high - low) / step) + 1)).toFixed(decimals));
    },
  };
}
