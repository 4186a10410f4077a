/**
 * 95 % intervals of measures. The reference is held fixed: an interval holds, in at least 95 of 100 repetitions with new images
 * of the same number, the measure's mean over all such repetitions. So the part of a measure that comes from having only N images,
 * which the anchors share, is not corrected.
 *
 * Drawing rows with replacement, the usual bootstrap, is wrong here: a row that is drawn twice is its own neighbour, and
 * lowers the rank and the spread, so that distances grow and coverage falls. Instead:
 *
 * - a share of images that are judged one by one has Wilson's interval (Wilson 1927, "Probable inference, the law of
 *   succession, and statistical inference");
 * - a mean of numbers, one an image or a pair, has that of its standard error;
 * - all else has the jackknife of 32 random groups: the measure is taken again without each group. Nothing is drawn twice, and the
 *   variance is never too small in the mean (Efron & Stein 1981, "The jackknife estimate of variance"). It is right where a
 *   measure is near linear in the rows; for a candidate that is distributed as the reference, where Frechet, kernel and
 *   Wasserstein distances are quadratic, it is up to twice as large, and the interval holds in more than 95 of 100.
 */
import { shuffle } from '@onnoise/scheduler';
import type { Estimate } from '../types.ts';

const STREAM = 0x67727073;
const MOST_GROUPS = 32;
/** Fewer numbers than this have no interval. */
const FEWEST = 10;
/** Of the normal distribution: 97.5 % lie below. */
const Z = 1.959963984540054;

/** A random parting of rows into groups of the same size, or one more. */
export interface Groups {
  /** 2 to 32. */
  count: number;
  /** The group of each row. */
  of: Uint8Array;
  /** Rows of each group. */
  sizes: Int32Array;
}

/** @param rows 2 or more */
export function drawGroups(rows: number, seed: number): Groups {
  const count = Math.min(MOST_GROUPS, rows);
  const order = shuffle(
    Uint32Array.from({ length: rows }, (_, i) => i),
    seed,
    STREAM,
  );
  const of = new Uint8Array(rows);
  const sizes = new Int32Array(count);
  order.forEach((row, i) => {
    of[row] = i % count;
    sizes[i % count]!++;
  });
  return { count, of, sizes };
}

/** What a measure can be; its interval is clipped to that. */
export interface Limits {
  min?: number;
  max?: number;
}

/**
 * @param value the measure of all rows
 * @param without the measure without each group
 */
export function jackknife(value: number, without: readonly number[], limits: Limits = {}): Estimate {
  const groups = without.length;
  if (groups < FEWEST) return { value };
  const mean = without.reduce((sum, one) => sum + one, 0) / groups;
  const squares = without.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return around(value, studentQuantile(groups - 1) * Math.sqrt(((groups - 1) / groups) * squares), limits);
}

/** The mean of independent numbers. */
export function meanEstimate(numbers: ArrayLike<number>, limits: Limits = {}): Estimate {
  const count = numbers.length;
  let value = 0;
  for (let i = 0; i < count; i++) value += numbers[i]! / count;
  if (count < FEWEST) return { value };
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (numbers[i]! - value) ** 2;
  return around(value, studentQuantile(count - 1) * Math.sqrt(squares / (count - 1) / count), limits);
}

/** A share of `count` images, 0 to 1. */
export function shareEstimate(hits: number, count: number): Estimate {
  const value = hits / count;
  const z2 = Z * Z;
  const middle = (value + z2 / (2 * count)) / (1 + z2 / count);
  const half = (Z / (1 + z2 / count)) * Math.sqrt((value * (1 - value)) / count + z2 / (4 * count * count));
  return {
    value,
    interval: [Math.max(0, Math.min(value, middle - half)), Math.min(1, Math.max(value, middle + half))],
  };
}

function around(value: number, half: number, { min = -Infinity, max = Infinity }: Limits): Estimate {
  return { value, interval: [Math.max(min, value - half), Math.min(max, value + half)] };
}

/** 97.5 % of Student's t lie below, for 9 degrees of freedom or more: Abramowitz & Stegun, equation 26.7.5. */
function studentQuantile(freedom: number): number {
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}
