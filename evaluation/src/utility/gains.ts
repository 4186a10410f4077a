/**
 * Whether synthetic images help: each run with them less the run without that has the same seed, so the same real images and the same
 * first weights, and what of the difference chance explains.
 *
 * Two things are drawn by chance. Seeds: the interval of the mean difference is Student's, as of paired measurements. And the test images:
 * for these each image's own difference, averaged over seeds, is a draw, and the images of a patient are one. The variance is that of a
 * weighted mean, linearised, with the means of classes held apart (Särndal, Swensson & Wretman 1992, "Model Assisted Survey Sampling",
 * chapter 5). A verdict needs both intervals on one side of 0. Golden values: scripts/golden/evaluation/utility.py, by scipy.
 */
import type { Estimate } from '@onnoise/scheduler/model';
import { meanEstimate } from '../measures/intervals.ts';
import { studentQuantile } from '../measures/student.ts';
import { scoreOf } from './score.ts';
import type { Arm, ArmFigures, Gain, Run, TestSet, UtilityMeasure } from './types.ts';
import { FEWEST_TESTED, judgeGain } from './verdict.ts';

export const meanOf = (numbers: readonly number[], limits = {}): Estimate => meanEstimate(numbers, limits, 2);

const limitsOf = ({ id }: UtilityMeasure) => (id === 'mean_absolute_error' ? { min: 0 } : { min: 0, max: 1 });

/** The figures of an arm; undefined before its first run. */
export function figuresOf(runs: readonly Run[], measure: UtilityMeasure): ArmFigures | undefined {
  const scores = runs.map(({ score }) => score);
  return scores.length === 0 ? undefined : { ...meanOf(scores, limitsOf(measure)), scores };
}

/** Those of an arm, by their seeds. */
export const runsOf = (runs: readonly Run[], arm: Arm, count: number | null): Run[] =>
  runs.filter((run) => run.arm === arm && run.count === count).toSorted((a, b) => a.seed - b.seed);

/** At one number of real images, by the seeds that have both runs; undefined before the first. */
export function gainOf(
  runs: readonly Run[],
  count: number,
  test: Omit<TestSet, 'images'>,
  measure: UtilityMeasure,
): Gain | undefined {
  const pairs = runsOf(runs, 'real', count).flatMap((real) => {
    const both = runsOf(runs, 'both', count).find(({ seed }) => seed === real.seed);
    return both ? [{ real, both }] : [];
  });
  const real = figuresOf(
    pairs.map((pair) => pair.real),
    measure,
  );
  const both = figuresOf(
    pairs.map((pair) => pair.both),
    measure,
  );
  if (!real || !both) return undefined;
  const difference = meanOf(pairs.map((pair) => pair.both.score - pair.real.score));
  const each = test.groups.map((_, i) =>
    pairs.reduce((sum, pair) => sum + ((pair.both.values[i] ?? 0) - (pair.real.values[i] ?? 0)) / pairs.length, 0),
  );
  const figures = { count, real, both, difference, acrossImages: intervalAcross(each, test) ?? null };
  return { ...figures, ...judgeGain(figures, measure) };
}

/**
 * The 95 % interval that a weighted mean would have over other test images.
 * @param values one for each test image
 * @returns undefined with fewer than 10 of them that do not belong together
 */
export function intervalAcross(
  values: readonly number[],
  test: Pick<TestSet, 'weights' | 'strata' | 'groups'>,
): [low: number, high: number] | undefined {
  const { weights, strata, groups } = test;
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [i, value] of values.entries()) {
    if (weights[i] === 0) continue;
    const { sum, count } = sums.get(strata[i]!) ?? { sum: 0, count: 0 };
    sums.set(strata[i]!, { sum: sum + value, count: count + 1 });
  }
  const parts = new Map<number, number>();
  for (const [i, value] of values.entries()) {
    if (weights[i] === 0) continue;
    const { sum, count } = sums.get(strata[i]!)!;
    parts.set(groups[i]!, (parts.get(groups[i]!) ?? 0) + weights[i]! * (value - sum / count));
  }
  if (parts.size < FEWEST_TESTED) return undefined;
  const squares = [...parts.values()].reduce((sum, part) => sum + part * part, 0);
  const half = studentQuantile(parts.size - 1) * Math.sqrt((squares * parts.size) / (parts.size - 1));
  const mean = scoreOf(test, values);
  return [mean - half, mean + half];
}
