/**
 * The privacy loss of one noisy sum over a random sample: each record is in the sample with probability q, adds a vector of norm 1
 * at most, and the sum gets normal noise of standard deviation sigma. Neighbours differ in one record, which is there or not.
 *
 * The worst pair of outputs lies on a line: N(0, s^2) without the record, (1 - q) N(0, s^2) + q N(1, s^2) with it. The loss is the
 * logarithm of the ratio of their densities; it is counted with the record there (`remove`), and without it (`add`).
 *
 * The losses are put on a grid so that nothing is lost and little is added: what lies between two points goes to both of them, so
 * that both distributions keep their masses. That is the smallest distribution on the grid that stands for the true one: "connect
 * the dots" of Doroshenko et al. 2022 (arXiv 2207.04380).
 */
import { between, upperTail } from './normal.ts';

export interface Sampled {
  /** Standard deviation of the noise, in units of the largest norm of a record's part. */
  sigma: number;
  /** Chance of each record, above 0 up to 1. */
  rate: number;
}

export const DIRECTIONS = ['remove', 'add'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Losses (first + i) width with masses[i]; what is beyond the grid counts as an infinite loss. */
export interface Losses {
  width: number;
  first: number;
  masses: Float64Array;
  infinite: number;
}

/** Standard deviations of the noise beyond which there is nothing: 4e-26 of it. */
export const REACH = 10.5;

/** log(1 - q + q e^((2x - 1) / 2s^2)) */
export function lossAt({ sigma, rate }: Sampled, x: number): number {
  const exponent = (2 * x - 1) / (2 * sigma * sigma);
  // e^exponent may be larger than any number.
  return exponent > 30
    ? exponent + Math.log(rate + (1 - rate) * Math.exp(-exponent))
    : Math.log1p(rate * Math.expm1(exponent));
}

/** The total variation between the outputs with and without the record. */
export const distanceOf = ({ sigma, rate }: Sampled): number => rate * (1 - 2 * upperTail(1 / (2 * sigma)));

/** Where the loss is that; -Infinity for losses that no output has. */
function placeOf({ sigma, rate }: Sampled, loss: number): number {
  const ratio = 1 + Math.expm1(loss) / rate;
  return ratio <= 0 ? Number.NEGATIVE_INFINITY : sigma * sigma * Math.log(ratio) + 0.5;
}

/** The smallest and the largest loss that is looked at. */
export function rangeOf(sampled: Sampled, direction: Direction): [least: number, most: number] {
  const [low, high] = [-REACH * sampled.sigma, 1 + REACH * sampled.sigma].map((x) => lossAt(sampled, x)) as [
    number,
    number,
  ];
  return direction === 'remove' ? [low, high] : [-high, -low];
}

/** @param width of the grid */
export function stepLosses(sampled: Sampled, direction: Direction, width: number): Losses {
  const { sigma, rate } = sampled;
  const [least, most] = rangeOf(sampled, direction);
  const first = Math.floor(least / width);
  const count = Math.ceil(most / width) - first + 1;
  const sign = direction === 'remove' ? 1 : -1;
  const masses = new Float64Array(count);
  const share = -Math.expm1(-width);
  let from = placeOf(sampled, sign * first * width);
  for (let i = 0; i + 1 < count; i++) {
    const to = placeOf(sampled, sign * (first + i + 1) * width);
    const [low, high] = sign > 0 ? [from, to] : [to, from];
    const without = between(low / sigma, high / sigma);
    const shifted = between((low - 1) / sigma, (high - 1) / sigma);
    const grown = Math.expm1((first + i) * width);
    // The mass above e^loss times the other's mass, without a difference of numbers near 1.
    const [mass, above] =
      sign > 0
        ? [(1 - rate) * without + rate * shifted, rate * shifted - (rate + grown) * without]
        : [without, without * (rate * (grown + 1) - grown) - rate * (grown + 1) * shifted];
    const upper = Math.min(mass, Math.max(0, above / share));
    masses[i]! += mass - upper;
    masses[i + 1]! += upper;
    from = to;
  }
  // Below the grid: to its first point, which is a larger loss.
  const start = placeOf(sampled, sign * first * width);
  masses[0]! += massBeyond(sampled, direction, start, -sign);
  return { width, first, masses, infinite: massBeyond(sampled, direction, from, sign) };
}

/** The mass of outputs above a place (side 1) or below it (-1). */
function massBeyond({ sigma, rate }: Sampled, direction: Direction, place: number, side: number): number {
  const tail = (mean: number) => {
    const z = (place - mean) / sigma;
    return side > 0 ? between(z, Number.POSITIVE_INFINITY) : between(Number.NEGATIVE_INFINITY, z);
  };
  return direction === 'add' ? tail(0) : (1 - rate) * tail(0) + rate * tail(1);
}
