/** What goes unseen: how many of a model's pictures may be copies although none were found. */
import type { SensitivityRow } from './types.ts';

/** A share at which the search would have been silent less often than this is ruled out. */
export const DOUBT = 0.05;

/**
 * The largest share of copies among all that a model draws with which the search stays silent in DOUBT of cases: how many
 * of the pictures are copies is binomial, and `sensitivity` says how often so many are found. Where a single copy is always
 * found it is the rule of three, 3 / count. The copies are such as the trials plant.
 *
 * @param count of the pictures
 * @returns 0 to 1; undefined where even a model that only copies may go unseen
 */
export function mostUnseen(sensitivity: readonly SensitivityRow[], count: number): number | undefined {
  const missed = missedOf(sensitivity, count);
  const silent = (share: number) => expectation(missed, share);
  if (silent(1) > DOUBT) return undefined;
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (silent(middle) > DOUBT) low = middle;
    else high = middle;
  }
  return high;
}

/** How often each number of copies, from 0 to all, goes unseen: as often as the next smaller number that was tried. */
function missedOf(sensitivity: readonly SensitivityRow[], count: number): Float64Array {
  const missed = new Float64Array(count + 1).fill(1);
  for (const { copies, found } of sensitivity) if (copies > 0) missed.fill(1 - found, copies);
  return missed;
}

/** Mean of `values` under a binomial distribution of their indices. @param share 0 to 1 */
function expectation(values: Float64Array, share: number): number {
  const count = values.length - 1;
  if (share === 0) return values[0]!;
  if (share === 1) return values[count]!;
  let logTerm = count * Math.log1p(-share);
  let sum = 0;
  for (let k = 0; k <= count; k++) {
    sum += Math.exp(logTerm) * values[k]!;
    logTerm += Math.log(((count - k) / (k + 1)) * (share / (1 - share)));
  }
  return sum;
}
