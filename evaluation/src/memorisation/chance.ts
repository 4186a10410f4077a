/**
 * Chances that compare the scores of N pictures with those of n held-out images. If both come from the same distribution,
 * whatever it is, ranks alone say how likely low ones are; its tail is taken for a power law. Golden values:
 * scripts/golden/measures/memorisation.py, by scipy.
 */

/**
 * Chance that `least` or more of `count` pictures lie below the `rank`-th lowest of `heldOut` images, if all are alike:
 * the upper tail of a beta-binomial distribution with alpha = rank and beta = heldOut + 1 - rank. Unlike a binomial test
 * with the rate rank / (heldOut + 1), it knows that the threshold is itself drawn.
 *
 * @param rank 1 to heldOut
 */
export function chanceBelow(least: number, count: number, rank: number, heldOut: number): number {
  // ln P(0 of them), then the ratio of each term to the one before.
  let term = 0;
  for (let i = 0; i < rank; i++) term += Math.log((heldOut - i) / (count + heldOut - i));
  let sum = 0;
  for (let below = 0; below <= count; below++) {
    if (below >= least) sum += Math.exp(term);
    if (below === count) break;
    const ratio = ((count - below) * (rank + below)) / ((below + 1) * (count - below - 1 + heldOut - rank + 1));
    term += Math.log(ratio);
  }
  return Math.min(sum, 1);
}

/**
 * Share of new images below the `rank`-th lowest of `heldOut` images: its mean, rank / (heldOut + 1), and the interval
 * that has 95 % of its beta distribution. For rank 1 the upper end is near 3.7 / heldOut (one-sided 3 / heldOut: the rule
 * of three).
 */
export function rateBelow(rank: number, heldOut: number): { value: number; interval: [number, number] } {
  return {
    value: rank / (heldOut + 1),
    interval: [betaQuantile(0.025, rank, heldOut), betaQuantile(0.975, rank, heldOut)],
  };
}

/** Of the `rank`-th lowest of `count` uniform numbers, by halving: it is below p if `rank` or more of them are. */
export function betaQuantile(probability: number, rank: number, count: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (atLeastBelow(middle, rank, count) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Chance that at least `rank` of `count` uniform numbers are below p. */
function atLeastBelow(p: number, rank: number, count: number): number {
  let term = count * Math.log1p(-p);
  let fewer = 0;
  for (let below = 0; below < rank; below++) {
    fewer += Math.exp(term);
    term += Math.log(((count - below) / (below + 1)) * (p / (1 - p)));
  }
  return 1 - fewer;
}

/** Share of held-out scores that are its lower tail, and the least number that makes one. */
const TAIL = 0.1;
const LEAST_TAIL = 20;

/** Held-out images from which on the tail of their scores is known. */
export const HELD_OUT_OF_TAIL = LEAST_TAIL / TAIL;

/** The lower tail of a distribution as a power law, P(S < s) = share (s / end)^exponent below `end`. */
export interface Tail {
  share: number;
  end: number;
  /** Number of scores in it. */
  count: number;
  /** Sum of ln(end / s) over them: count / sum is Hill's estimate of the exponent. */
  sum: number;
}

/**
 * The tail of held-out scores. Where points are spread evenly in m dimensions, P(nearest / scale < s) falls with s^m: so a
 * power law is what to expect, and its exponent estimates the dimension of the images (Levina and Bickel, 2004).
 *
 * @param ascending positive scores; those at 0 are no part of a power law
 */
export function tailOf(ascending: Float64Array): Tail | undefined {
  const count = Math.floor(TAIL * ascending.length);
  if (count < LEAST_TAIL || !(ascending[0]! > 0)) return undefined;
  const end = ascending[count]!;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.log(end / ascending[i]!);
  return sum > 0 ? { share: count / ascending.length, end, count, sum } : undefined;
}

/**
 * Chance at most that the lowest of `count` new scores is as low as `score`. The logarithms of a power law's tail are
 * exponential, and what n of them say of their rate is uncertain: a new one exceeds c times their sum with chance
 * (1 + c)^-n, exactly.
 */
export function chanceOfLowest(score: number, count: number, { share, end, count: n, sum }: Tail): number {
  if (score >= end) return 1;
  if (score <= 0) return 0;
  return Math.min(1, count * share * (1 + Math.log(end / score) / sum) ** -n);
}

/** How unlikely the lowest score of a tail must be to be no part of it. */
const OUTLIER = 0.01;

/**
 * How many of the lowest scores are too low for the power law of the others: images that are nearly training images.
 * Fisher's test, of the largest of n exponential numbers against their sum, again and again.
 *
 * @param ascending scores
 */
export function outliersOf(ascending: Float64Array): number {
  let outliers = 0;
  while (outliers < ascending.length && !(ascending[outliers]! > 0)) outliers++;
  for (; outliers < ascending.length; outliers++) {
    const tail = tailOf(ascending.subarray(outliers));
    if (!tail) break;
    const largest = Math.log(tail.end / ascending[outliers]!) / tail.sum;
    if (tail.count * (1 - largest) ** (tail.count - 1) >= OUTLIER) break;
  }
  return outliers;
}
