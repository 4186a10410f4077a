/**
 * 95 % intervals of measures. The reference is held fixed: an interval holds, in about 95 of 100 repetitions with new images
 * of the same number, the measure's mean over all such repetitions. So the part of a measure that comes from having only N images,
 * which the anchors share, is not corrected.
 *
 * Drawing rows with replacement, the usual bootstrap, is wrong here: a row that is drawn twice is its own neighbour, and
 * lowers the rank and the spread, so that distances grow and coverage falls. Instead:
 *
 * - a share of images that are judged one by one has Wilson's interval (Wilson 1927, "Probable inference, the law of
 *   succession, and statistical inference");
 * - a mean of numbers, one an image or a pair, has that of its standard error;
 * - all else has the jackknife of 32 random groups: the measure is taken again without each group, and nothing is drawn twice. Its
 *   variance is right where a measure is linear in the rows, and never too small in the mean (Efron & Stein 1981, "The jackknife
 *   estimate of variance"). Where a candidate is distributed as the reference, distances are quadratic, and it is up to twice the
 *   true one: what is taken off for that is so rough that too few intervals hold.
 *
 * Below FEWEST numbers or FEWEST_ROWS rows 95 % would be fewer than 90, and no interval is given: see repetitions.test.ts.
 */
import { shuffle } from '@onnoise/scheduler';
import type { Estimate } from '../sets/types.ts';
import { studentQuantile } from './student.ts';

const STREAM = 0x67727073;
const MOST_GROUPS = 32;
/** A mean of fewer numbers has no interval. */
const FEWEST = 20;
/** Measures of fewer rows have none by the jackknife. */
export const FEWEST_ROWS = 40;
/** While fewer images than this add to a measure, spread says too little. */
const RARE = 10;
/** Of the normal distribution: 97.5 % lie below. */
const Z = 1.959963984540054;

/** A random parting of rows into groups of the same size, or one more, and the sets of groups to be left out in turn. */
export interface Groups {
  count: number;
  /** The group of each row. */
  of: Uint8Array;
  /** Rows of each group. */
  sizes: Int32Array;
  /** The groups, which are left out one after the other; empty where there are too few rows for intervals. */
  leavings: readonly number[];
}

/** 32 groups, or as many as there are rows. */
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
  return { count, of, sizes, leavings: rows < FEWEST_ROWS ? [] : Array.from(sizes.keys()) };
}

/** All rows in one group, for a measure without an interval. */
export const oneGroup = (rows: number): Groups => {
  return { count: 1, of: new Uint8Array(rows), sizes: Int32Array.of(rows), leavings: [] };
};

/** What a measure can be; its interval is clipped to that. */
export interface Limits {
  min?: number;
  max?: number;
  /** Of a sum of high powers, whose large values are rare and far: the upper end lies as far as on a logarithmic scale. */
  skew?: boolean;
}

/**
 * @param value the measure of all rows
 * @param without the measure without each of the groups' `leavings`
 */
export function jackknife(value: number, without: readonly number[], limits: Limits = {}): Estimate {
  const groups = without.length;
  if (groups === 0) return { value };
  const deviation = Math.sqrt(((groups - 1) ** 2 / groups) * variance(without));
  return around(value, studentQuantile(groups - 1) * deviation, limits);
}

function variance(numbers: ArrayLike<number>): number {
  const count = numbers.length;
  let [mean, squares] = [0, 0];
  for (let i = 0; i < count; i++) mean += numbers[i]! / count;
  for (let i = 0; i < count; i++) squares += (numbers[i]! - mean) ** 2;
  return squares / (count - 1);
}

/** The mean of independent numbers. @param fewest of fewer, at least 2, nothing is said but their mean */
export function meanEstimate(numbers: ArrayLike<number>, limits: Limits = {}, fewest = FEWEST): Estimate {
  const count = numbers.length;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += numbers[i]!;
  const value = sum / count;
  if (count < fewest) return { value };
  return around(value, studentQuantile(count - 1) * Math.sqrt(variance(numbers) / count), limits);
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

/** As wide as the interval of a share, too: near 0 and 1 all groups may say the same. @param count of what the share is of */
export function widenShare({ value, interval }: Estimate, count: number): Estimate {
  if (interval === undefined) return { value };
  const [low, high] = shareEstimate(value * count, count).interval!;
  return { value, interval: [Math.min(interval[0], low), Math.max(interval[1], high)] };
}

/**
 * A measure to which each of a few images adds about the same: while they are fewer than ten, its interval is at least that of their
 * share, times what a share of 1 would add.
 *
 * @param hits images that add something, of `count`
 * @param least what a share of 1 adds at least, for no hits at all
 */
export function widenRare(
  estimate: Estimate,
  hits: number,
  count: number,
  least: number,
  { max = Infinity }: Limits = {},
): Estimate {
  const { value, interval } = estimate;
  if (interval === undefined || hits >= RARE) return estimate;
  const each = hits === 0 ? least : (value * count) / hits;
  const [low, high] = shareEstimate(hits, count).interval!;
  return { value, interval: [Math.min(interval[0], low * each), Math.min(max, Math.max(interval[1], high * each))] };
}

function around(value: number, half: number, { min = -Infinity, max = Infinity, skew = false }: Limits): Estimate {
  const upper = skew && value > half ? value * Math.exp(half / value) : value + half;
  return { value, interval: [Math.max(min, value - half), Math.min(max, upper)] };
}
