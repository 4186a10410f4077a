/**
 * The privacy account of DP-SGD: epsilon of a number of noisy sums over random samples, and the noise for a wanted epsilon.
 *
 * The losses of steps add up, so their distribution is that of one step convolved with itself: by the fast Fourier transform, as in
 * Koskela et al. 2020 (arXiv 1906.03049). Before it, the masses are tilted by e^(lambda loss), which puts most of them where delta
 * is decided: so rounding costs digits of delta and not of 1. All that is cut off counts as an infinite loss, or as a larger one.
 */
import { checkInteger } from '@onnoise/scheduler/rules';
import { selfConvolve } from './fourier.ts';
import {
  DIRECTIONS,
  type Direction,
  distanceOf,
  type Losses,
  lossAt,
  REACH,
  rangeOf,
  type Sampled,
  stepLosses,
} from './step-losses.ts';

export interface Account extends Sampled {
  /** Noisy sums so far. */
  steps: number;
  /** Above 0 and below 1. */
  delta: number;
}

/** Share of epsilon that the grid may add to it. */
const TOLERANCE = 1e-3;
/** Points of the grid: of a step's losses, and of their sum. */
const MOST_POINTS = 2 ** 19;
const MOST_SUMS = 2 ** 21;
/** -log of the tilted mass that is cut off at either end. */
const CUT = 37;

/** Epsilon by which all that was told of the data is (epsilon, delta)-differentially private. */
export function epsilonOf(account: Account): number {
  checkInteger('account for privacy', 'steps', account.steps, 0, Number.MAX_SAFE_INTEGER);
  // The distance of both outputs, which is delta at an epsilon of 0, grows by no more than that of one step.
  if (account.steps * distanceOf(account) <= account.delta) return 0;
  // The bound of one direction is mostly below what the other comes to.
  return DIRECTIONS.reduce((least, direction) => {
    const bound = bestTilt(account, direction);
    return bound.epsilon <= least ? least : Math.max(least, epsilonToward(account, direction, bound));
  }, 0);
}

function epsilonToward(account: Account, direction: Direction, { tilt, epsilon }: Bound): number {
  const { delta, steps } = account;
  const [least, most] = rangeOf(account, direction);
  const widthFor = (epsilon: number) => {
    const grid = Math.sqrt((12 * TOLERANCE * epsilon) / (steps * (tilt + 1)));
    return Math.max(Math.min(grid, epsilon / 100), (most - least) / MOST_POINTS);
  };
  const look = (width: number, tilt: number): number => {
    const sums = sumUp(stepLosses(account, direction, width), steps, tilt);
    // undefined: epsilon is below all sums that were looked at. Without a tilt these are all sums.
    return sums ? (epsilonIn(sums, delta) ?? (tilt === 0 ? 0 : look(width, 0))) : look(2 * width, tilt);
  };
  const width = widthFor(epsilon);
  const found = look(width, tilt);
  // Far below the bound: rare, large losses decide, and the grid was made for others.
  return found > 0 && widthFor(found) < width / 2 ? look(widthFor(found), 0) : found;
}

interface Bound {
  tilt: number;
  epsilon: number;
}

/** The tilt with the least bound of Chernoff on epsilon, and that bound, by a quadrature. */
function bestTilt(account: Account, direction: Direction): Bound {
  const { sigma, rate, steps, delta } = account;
  const points = 2000;
  const nodes = Array.from({ length: points }, (_, i) => {
    const x = -REACH * sigma + ((1 + 2 * REACH * sigma) * i) / (points - 1);
    const loss = lossAt(account, x);
    const own = -(x * x) / (2 * sigma * sigma);
    return direction === 'remove' ? { loss, log: own + loss } : { loss: -loss, log: own };
  });
  const scale = Math.log((1 + 2 * REACH * sigma) / (points - 1) / (sigma * Math.sqrt(2 * Math.PI)));
  const bound = (tilt: number) => {
    const exponents = nodes.map(({ loss, log }) => log + tilt * loss);
    const moment = logOfSum(exponents) + scale;
    return (steps * Math.max(0, moment) - Math.log(delta)) / tilt;
  };
  // It falls and then rises: golden section over log(tilt).
  let [low, high] = [Math.log(1e-2), Math.log(1e8)];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 40; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (bound(Math.exp(a)) < bound(Math.exp(b))) high = b;
    else low = a;
  }
  const tilt = Math.exp((low + high) / 2);
  // No loss of one step is larger than the bound for all.
  return { tilt, epsilon: Math.max(bound(tilt), rate * 1e-9) };
}

function logOfSum(exponents: readonly number[]): number {
  const most = exponents.reduce((a, b) => Math.max(a, b));
  return most + Math.log(exponents.reduce((sum, exponent) => sum + Math.exp(exponent - most), 0));
}

/** The sums of the losses of all steps: (first + i) width, with masses of e^log times tilted[(first + i) mod their number]. */
interface Sums {
  width: number;
  first: number;
  tilted: Float64Array;
  logOf(index: number): number;
  infinite: number;
}

/** undefined where they need too many points. */
function sumUp({ width, first, masses, infinite }: Losses, steps: number, tilt: number): Sums | undefined {
  const lossOf = (i: number) => (first + i) * width;
  const logs = Float64Array.from(masses, (mass, i) => Math.log(mass) + tilt * lossOf(i));
  const most = logs.reduce((a, b) => Math.max(a, b));
  const weights = logs.map((log) => Math.exp(log - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const moment = most + Math.log(total);
  let [mean, square] = [0, 0];
  for (let i = 0; i < weights.length; i++) mean += (weights[i]! / total) * lossOf(i);
  for (let i = 0; i < weights.length; i++) square += (weights[i]! / total) * (lossOf(i) - mean) ** 2;
  const spread = Math.sqrt(Math.max(steps * square, width * width));
  /** How far from their mean sums get, by the bound of Chernoff; 1: above it, -1: below it. */
  const reach = (side: number) => {
    let least = steps * (side > 0 ? lossOf(weights.length - 1) - mean : mean - lossOf(0));
    // It falls and then rises: steep turns suit narrow sums, flat ones those with rare, large losses.
    for (let power = 3; power > -20; power--) {
      const turn = (Math.sqrt(2 * CUT) / spread) * 2 ** power;
      let [exponents, highest] = [0, Number.NEGATIVE_INFINITY];
      for (let i = 0; i < logs.length; i++) {
        highest = Math.max(highest, logs[i]! - moment + side * turn * (lossOf(i) - mean));
      }
      for (let i = 0; i < logs.length; i++) {
        exponents += Math.exp(logs[i]! - moment + side * turn * (lossOf(i) - mean) - highest);
      }
      const bound = (steps * (highest + Math.log(exponents)) + CUT) / turn;
      if (bound > least && power < 0) break;
      least = Math.min(least, bound);
    }
    return least;
  };
  const [below, above] = [steps * mean - reach(-1), steps * mean + reach(1)];
  const needed = Math.ceil(above / width) - Math.floor(below / width) + 2;
  const size = 2 ** Math.ceil(Math.log2(needed));
  if (size > MOST_SUMS) return undefined;
  const wrapped = new Float64Array(size);
  for (let i = 0; i < weights.length; i++) wrapped[modulo(first + i, size)]! += weights[i]! / total;
  const logOf = (index: number) => steps * moment - tilt * index * width;
  return {
    width,
    first: Math.floor(below / width),
    tilted: selfConvolve(wrapped, steps),
    logOf,
    infinite: steps * infinite + Math.exp(steps * moment - tilt * above - CUT),
  };
}

/** The least epsilon for a delta; undefined if it is below the sums. */
function epsilonIn({ width, first, tilted, logOf, infinite }: Sums, delta: number): number | undefined {
  const shrink = Math.exp(-width);
  // delta(e) = sum over losses l > e of mass (1 - e^(e - l)): all of the masses, less what `others` has of them.
  let [upper, others] = [infinite, 0];
  for (let index = first + tilted.length - 1; index >= first; index--) {
    const loss = index * width;
    if (upper - others > delta) return Math.max(0, loss + Math.log((upper - delta) / others));
    if (loss <= 0) return 0;
    const mass = Math.max(0, tilted[modulo(index, tilted.length)]!) * Math.exp(logOf(index));
    upper += mass;
    others = (others + mass) * shrink;
  }
  return undefined;
}

const modulo = (value: number, size: number) => ((value % size) + size) % size;

/** Least and most noise to choose from. */
const LEAST_SIGMA = 0.2;
const MOST_SIGMA = 1e5;
/** How much larger than needed the noise may be. */
const CLOSE = 1 + 2e-4;

/**
 * The least noise with which epsilon is at most what is wanted, to 0.02 % above.
 * @returns undefined where no noise is enough
 */
export function sigmaFor(epsilon: number, account: Omit<Account, 'sigma'>): number | undefined {
  const spent = (log: number) => epsilonOf({ ...account, sigma: Math.exp(log) });
  /** Log of epsilon over that wanted. */
  const over = (log: number) => Math.log(Math.max(spent(log), epsilon * 1e-6) / epsilon);
  // Noise and epsilon of both ends: too little and enough.
  let [low, high] = [Number.NaN, Number.NaN];
  let [lowOver, highOver] = [Number.NaN, Number.NaN];
  for (let log = 0; Number.isNaN(low) || Number.isNaN(high); ) {
    const found = over(log);
    if (found > 0) [low, lowOver] = [log, found];
    else [high, highOver] = [log, found];
    if (found > 0 && log >= Math.log(MOST_SIGMA)) return undefined;
    if (found <= 0 && log <= Math.log(LEAST_SIGMA)) return LEAST_SIGMA;
    log = Math.max(Math.log(LEAST_SIGMA), log + Math.log(2) * (found > 0 ? 1 : -1));
  }
  while (high - low > Math.log(CLOSE)) {
    // By the line through both ends, but not nearer to one than a tenth.
    const share = Math.min(0.9, Math.max(0.1, lowOver / (lowOver - highOver)));
    const middle = low + share * (high - low);
    const middleOver = over(middle);
    if (middleOver > 0) [low, lowOver] = [middle, middleOver];
    else [high, highOver] = [middle, middleOver];
  }
  return Math.exp(high);
}
