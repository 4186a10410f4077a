/** How a coin would score in a round: the binomial distribution with p = 1/2, exact. */
import { checkInteger } from '@onnoise/scheduler';

/** One-sided. */
const RARE = 0.05;

/** Probability of `right` or more heads in `of` tosses. */
export function atLeast(right: number, of: number): number {
  checkInteger('weigh a score', 'pictures', of, 1, 1000);
  checkInteger('weigh a score', 'right answers', right, 0, of);
  let ways = 1n; // C(of, heads), for heads from `of` down
  let sum = 0n;
  for (let heads = of; heads >= right; heads--) {
    sum += ways;
    ways = (ways * BigInt(heads)) / BigInt(of - heads + 1);
  }
  return Number((sum * 2n ** 60n) >> BigInt(of)) / 2 ** 60;
}

/** The least score that a coin reaches in less than one round in twenty; undefined if there is none. */
export function leastBeyondChance(of: number): number | undefined {
  for (let right = 0; right <= of; right++) if (atLeast(right, of) < RARE) return right;
  return undefined;
}
