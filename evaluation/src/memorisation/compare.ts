/** The numbers of the pictures beside those of held-out images: quantiles, histograms, and which are lower. */
import type { Compared, Summary } from './types.ts';

const BARS = 40;

/** @param samples and @param heldOut at least one number each, none negative */
export function compare(samples: Float64Array, heldOut: Float64Array): Compared {
  const [a, b] = [samples.slice().sort(), heldOut.slice().sort()];
  const top = Math.max(a.at(-1)!, b.at(-1)!) || 1;
  const { lower, z } = mannWhitney(a, b);
  return {
    samples: summary(a, top),
    heldOut: summary(b, top),
    edges: Array.from({ length: BARS + 1 }, (_, i) => (top * i) / BARS),
    lower,
    z,
  };
}

function summary(ascending: Float64Array, top: number): Summary {
  const bars = new Array<number>(BARS).fill(0);
  for (const value of ascending) bars[Math.min(Math.floor((value / top) * BARS), BARS - 1)]!++;
  const at = (share: number) => ascending[Math.round(share * (ascending.length - 1))]!;
  return { least: ascending[0]!, quantiles: [at(0.05), at(0.5), at(0.95)], bars };
}

/**
 * Chance that a number of `a` is lower than one of `b`, ties by half, and its z with the correction for ties.
 * @param a ascending, as @param b is
 */
export function mannWhitney(a: Float64Array, b: Float64Array): { lower: number; z: number } {
  const all = a.length + b.length;
  let [i, j, wins, ties] = [0, 0, 0, 0];
  while (i < a.length || j < b.length) {
    const value = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    const [fromA, fromB] = [i, j];
    while (i < a.length && a[i] === value) i++;
    while (j < b.length && b[j] === value) j++;
    const [inA, inB] = [i - fromA, j - fromB];
    wins += inA * (b.length - j + inB / 2);
    ties += (inA + inB) ** 3 - (inA + inB);
  }
  const pairs = a.length * b.length;
  const variance = (pairs / 12) * (all + 1 - ties / (all * (all - 1)));
  return { lower: wins / pairs, z: variance > 0 ? (wins - pairs / 2) / Math.sqrt(variance) : 0 };
}
