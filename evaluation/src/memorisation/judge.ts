/**
 * The verdict on scores: how many are below what held-out images reach, and how low the lowest is.
 *
 * Two tests in each space, so that neither many weak copies nor a single strong one goes unseen:
 * - count: the number of scores below the lowest held-out one, by ranks alone (chance.ts);
 * - closest: the lowest score, by the power law of the held-out tail. It sees a single copy, and needs enough held-out
 *   images.
 * The least of their p-values times their number (Bonferroni) is below ERROR_RATE for at most one innocent model in a
 * hundred.
 */
import { chanceBelow, chanceOfLowest, outliersOf, rateBelow, type Tail, tailOf } from './chance.ts';
import type { CopyTest } from './types.ts';

/** Share of innocent models that are accused. */
export const ERROR_RATE = 0.01;

/** What held-out images say of the scores of one space. */
export interface Calibration {
  heldOut: number;
  /** Rank of the threshold among their scores, from 1: those below it are nearly training images. */
  rank: number;
  threshold: number;
  /** Absent where too few are held out, or some of them are nearly training images. */
  tail: Tail | undefined;
}

/** @param scores of held-out images, at least one, in any order */
export function calibrate(scores: Float64Array): Calibration {
  const ascending = scores.slice().sort();
  const outliers = outliersOf(ascending);
  const rank = Math.min(outliers + 1, ascending.length);
  const tail = outliers === 0 ? tailOf(ascending) : undefined;
  return { heldOut: ascending.length, rank, threshold: ascending[rank - 1]!, tail };
}

/** What the scores of pictures say in one space. */
export type Judged = Pick<CopyTest, 'flagged' | 'expected' | 'falseAlarmRate' | 'countPValue' | 'closestPValue'>;

/** The two p-values alone: what trials need. */
export function pValuesOf(scores: Float64Array, { heldOut, rank, threshold, tail }: Calibration) {
  let [flagged, lowest] = [0, Infinity];
  for (const score of scores) {
    if (score < threshold) flagged++;
    if (score < lowest) lowest = score;
  }
  return {
    flagged,
    countPValue: flagged === 0 ? 1 : chanceBelow(flagged, scores.length, rank, heldOut),
    // Within the held-out scores, ranks know better than a power law.
    closestPValue: tail && (flagged === 0 ? 1 : chanceOfLowest(lowest, scores.length, tail)),
  };
}

export function judge(scores: Float64Array, calibration: Calibration): Judged {
  const falseAlarmRate = rateBelow(calibration.rank, calibration.heldOut);
  return { ...pValuesOf(scores, calibration), expected: falseAlarmRate.value * scores.length, falseAlarmRate };
}

/** The p-value of all tests together. */
export function jointPValue(tests: readonly Pick<Judged, 'countPValue' | 'closestPValue'>[]): number {
  const values = tests.flatMap(({ countPValue, closestPValue }) =>
    closestPValue === undefined ? [countPValue] : [countPValue, closestPValue],
  );
  return Math.min(1, values.length * Math.min(...values));
}
