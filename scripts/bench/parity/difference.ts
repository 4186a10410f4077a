/** The difference of the means of two small samples, with its interval. */

/** Student's t at 0.975 for 1, 2, ... degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
const NORMAL = 1.96;

export interface Difference {
  value: number;
  /** Where the true one lies in 95 of 100 such comparisons; undefined with fewer than two values a side. */
  interval: readonly [low: number, high: number] | undefined;
}

/**
 * Mean of `a` less mean of `b`, and Student's interval for two samples of one variance: a run is a value, so what
 * differs from seed to seed, the pictures drawn included, is in it.
 */
export function differenceOf(a: readonly number[], b: readonly number[]): Difference {
  const value = meanOf(a) - meanOf(b);
  const freedom = a.length + b.length - 2;
  if (Math.min(a.length, b.length) < 2) return { value, interval: undefined };
  const variance = (squares(a) + squares(b)) / freedom;
  const half = (STUDENT[freedom - 1] ?? NORMAL) * Math.sqrt(variance * (1 / a.length + 1 / b.length));
  return { value, interval: [value - half, value + half] };
}

export const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function squares(values: readonly number[]): number {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
