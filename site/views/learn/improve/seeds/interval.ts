/** What several seeds say together: the mean of a difference, and how sure it is. */
import { FIRST, type Run, runOf } from '../runs/runs.ts';

/** 0.975 quantiles of Student's t, by degrees of freedom from 1 on. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093,
];

export interface Interval {
  mean: number;
  /** With 95 %, if the values are normal; undefined for a single value, which says nothing about others. */
  range: readonly [low: number, high: number] | undefined;
}

/** @param values one to twenty */
export function intervalOf(values: readonly number[]): Interval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, range: undefined };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = STUDENT[count - 2]! * Math.sqrt(variance / count);
  return { mean, range: [mean - half, mean + half] };
}

/** Of the held-out loss, from the tutorial's run with the same seed to this one: what both have in common cancels out. */
export function differencesOf({ seeds }: Run, first: Run = runOf(FIRST)): { seed: number; difference: number }[] {
  return seeds.flatMap(({ seed, heldOut }) => {
    const same = first.seeds.find((one) => one.seed === seed);
    return same ? [{ seed, difference: heldOut - same.heldOut }] : [];
  });
}

export type Verdict = 'better' | 'worse' | 'open' | 'alone';

/** Whether the interval lies on one side of 0. */
export function verdictOf({ range }: Interval): Verdict {
  if (!range) return 'alone';
  if (range[1] < 0) return 'better';
  return range[0] > 0 ? 'worse' : 'open';
}
