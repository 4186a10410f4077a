/**
 * Whether synthetic images help: each run with them less the run without that has the same seed, so the same real images and the same
 * first weights, and what of the difference chance explains.
 *
 * Two things are drawn by chance. Seeds: the interval of the mean difference is Student's, as of paired measurements. And the test images:
 * for these each image's own difference, averaged over seeds, is a draw, and the images of a patient are one. The variance is that of a
 * weighted mean, linearised, with the means of classes held apart (Särndal, Swensson & Wretman 1992, "Model Assisted Survey Sampling",
 * chapter 5). A verdict needs both intervals on one side of 0. Golden values: scripts/golden/measures/utility.py, by scipy.
 */
import type { Estimate } from '@onnoise/scheduler/evaluation';
import { meanEstimate } from '../measures/intervals.ts';
import { studentQuantile } from '../measures/student.ts';
import type { ImageSet } from '../sets/types.ts';
import type { Arm, ArmFigures, Gain, Run, TestSet } from './types.ts';
import { FEWEST_TESTED, judgeGain } from './verdict.ts';

export const meanOf = (numbers: readonly number[], limits = {}): Estimate => meanEstimate(numbers, limits, 2);

/**
 * The score is the balanced accuracy, the mean of the classes' own shares (Brodersen et al. 2010, "The balanced accuracy and its posterior
 * distribution"): a rare class counts as much as a common one. It is a weighted mean of one value an image, so that differences can be
 * taken image by image.
 */
export function testSetOf(images: ImageSet, groups: readonly number[]): TestSet {
  const labels = images.labels!;
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return { images, groups, weights: Float64Array.from(labels, (label) => 1 / (sizes.size * sizes.get(label)!)) };
}

export const scoreOf = ({ weights }: Pick<TestSet, 'weights'>, values: readonly number[]): number =>
  values.reduce((sum, value, i) => sum + weights[i]! * value, 0);

/** The figures of an arm; undefined before its first run. */
export function figuresOf(runs: readonly Run[]): ArmFigures | undefined {
  const scores = runs.map(({ score }) => score);
  return scores.length === 0 ? undefined : { ...meanOf(scores, { min: 0, max: 1 }), scores };
}

/** Those of an arm, by their seeds. */
export const runsOf = (runs: readonly Run[], arm: Arm, count: number | null): Run[] =>
  runs.filter((run) => run.arm === arm && run.count === count).toSorted((a, b) => a.seed - b.seed);

/** At one number of real images, by the seeds that have both runs; undefined before the first. */
export function gainOf(runs: readonly Run[], count: number, test: TestSet): Gain | undefined {
  const pairs = runsOf(runs, 'real', count).flatMap((real) => {
    const both = runsOf(runs, 'both', count).find(({ seed }) => seed === real.seed);
    return both ? [{ real, both }] : [];
  });
  const real = figuresOf(pairs.map((pair) => pair.real));
  const both = figuresOf(pairs.map((pair) => pair.both));
  if (!real || !both) return undefined;
  const difference = meanOf(pairs.map((pair) => pair.both.score - pair.real.score));
  const each = test.groups.map((_, i) =>
    pairs.reduce((sum, pair) => sum + (pair.both.values[i]! - pair.real.values[i]!) / pairs.length, 0),
  );
  const figures = { count, real, both, difference, acrossImages: intervalAcross(each, test) ?? null };
  return { ...figures, ...judgeGain(figures) };
}

/**
 * The 95 % interval that a weighted mean would have over other test images.
 * @param values one for each test image
 * @returns undefined with fewer than 10 of them that do not belong together
 */
export function intervalAcross(values: readonly number[], test: TestSet): [low: number, high: number] | undefined {
  const { weights, groups } = test;
  const labels = test.images.labels!;
  const sums = new Map<number, { sum: number; count: number }>();
  for (const [i, value] of values.entries()) {
    const { sum, count } = sums.get(labels[i]!) ?? { sum: 0, count: 0 };
    sums.set(labels[i]!, { sum: sum + value, count: count + 1 });
  }
  const parts = new Map<number, number>();
  for (const [i, value] of values.entries()) {
    const { sum, count } = sums.get(labels[i]!)!;
    parts.set(groups[i]!, (parts.get(groups[i]!) ?? 0) + weights[i]! * (value - sum / count));
  }
  if (parts.size < FEWEST_TESTED) return undefined;
  const squares = [...parts.values()].reduce((sum, part) => sum + part * part, 0);
  const half = studentQuantile(parts.size - 1) * Math.sqrt((squares * parts.size) / (parts.size - 1));
  const mean = scoreOf(test, values);
  return [mean - half, mean + half];
}
