/**
 * Frechet's distance of two sets of features, each taken for a Gaussian: Heusel et al. 2017, "GANs Trained by a Two
 * Time-Scale Update Rule" (arXiv 1706.08500), equation 6
 *
 *     d^2 = |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2))
 *
 * With S2 = F^T F the eigenvalues of S1 S2 other than 0 are those of the symmetric F S1 F^T, so that the trace of the root needs
 * eigenvalues of one symmetric matrix, and a covariance of less than full rank is no trouble. As is usual, the squared distance
 * is given. Its expectation falls with the number of rows, about as 1 / N: compare distances of the same N only.
 */
import type { Features } from '../sets/types.ts';
import { symmetricEigenvalues } from './eigen.ts';
import { type Groups, jackknife } from './intervals.ts';
import { pivotedFactor, type Square, timesTransposed, trace } from './matrix.ts';
import type { Family } from './record.ts';

export interface Moments {
  mean: Float64Array; // [n]
  /** Unbiased: divided by the rows less one. */
  covariance: Square; // [n, n]
}

/** @param features [N, n] with N of 2 or more, row after row */
export function momentsOf(features: ArrayLike<number>, n: number): Moments {
  const count = features.length / n;
  const mean = meanOf(features, n);
  const { scatter } = scatterAbout(mean, features, count, (i) => i);
  return { mean, covariance: scatter.map((sum) => sum / (count - 1)) };
}

/** @returns [n] */
export function meanOf(features: ArrayLike<number>, n: number): Float64Array {
  const mean = new Float64Array(n);
  for (let at = 0; at < features.length; at += n) for (let i = 0; i < n; i++) mean[i]! += features[at + i]!;
  return mean.map((sum) => sum / (features.length / n));
}

/** Sums over some rows x of x - c and of (x - c) (x - c)^T. */
interface Scatter {
  count: number;
  sum: Float64Array; // [n]
  scatter: Square; // [n, n]
}

/** Rows summed in one pass over the matrix, which is larger than a cache where features are wide. */
const AT_ONCE = 8;

/** @param rowOf the number of the i-th of `count` rows */
function scatterAbout(
  centre: Float64Array,
  features: ArrayLike<number>,
  count: number,
  rowOf: (i: number) => number,
): Scatter {
  const n = centre.length;
  const sum = new Float64Array(n);
  const scatter = new Float64Array(n * n);
  const some = new Float64Array(n * AT_ONCE); // [n, AT_ONCE]
  for (let first = 0; first < count; first += AT_ONCE) {
    some.fill(0);
    for (let r = 0; r < Math.min(AT_ONCE, count - first); r++) {
      const at = rowOf(first + r) * n;
      for (let i = 0; i < n; i++) {
        const value = features[at + i]! - centre[i]!;
        some[i * AT_ONCE + r] = value;
        sum[i]! += value;
      }
    }
    for (let i = 0; i < n; i++) addRow(scatter, some, i, n);
  }
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) scatter[j * n + i] = scatter[i * n + j]!;
  return { count, sum, scatter };
}

/** Adds the products of number i with the numbers up to i, of `AT_ONCE` rows. */
function addRow(scatter: Square, some: Float64Array, i: number, n: number): void {
  const p = i * AT_ONCE;
  const [x0, x1, x2, x3] = [some[p]!, some[p + 1]!, some[p + 2]!, some[p + 3]!];
  const [x4, x5, x6, x7] = [some[p + 4]!, some[p + 5]!, some[p + 6]!, some[p + 7]!];
  for (let j = 0, q = 0; j <= i; j++, q += AT_ONCE) {
    scatter[i * n + j]! +=
      x0 * some[q]! + x1 * some[q + 1]! + x2 * some[q + 2]! + x3 * some[q + 3]! +
      x4 * some[q + 4]! + x5 * some[q + 5]! + x6 * some[q + 6]! + x7 * some[q + 7]!; // biome-ignore format: two lines
  }
}

/** The squared distance, 0 for the same moments. */
export function frechetDistance(one: Moments, other: Moments): number {
  return frechetTo(other)(one);
}

/** The squared distance from these moments, whose factor is found once. */
function frechetTo(reference: Moments): (moments: Moments) => number {
  const n = reference.mean.length;
  const factor = pivotedFactor(reference.covariance, n);
  const total = trace(reference.covariance, n);
  return ({ mean, covariance }) => {
    const means = mean.reduce((sum, m, i) => sum + (m - reference.mean[i]!) ** 2, 0);
    const inner = timesTransposed(timesTransposed(factor, covariance, n), factor, n);
    const values = symmetricEigenvalues(inner, factor.length / n);
    const traceOfRoot = values.reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
    return means + trace(covariance, n) + total - 2 * traceOfRoot;
  };
}

/** Wider features have no interval: each of its 32 distances would take seconds. */
const WIDEST_WITH_INTERVAL = 512;

/** The squared distance without each of the groups' `leavings`, from sums over the groups. */
async function distancesWithout(
  distance: (moments: Moments) => number,
  { values, count, width }: Features,
  groups: Groups,
  letOthersRun: () => Promise<void>,
): Promise<number[]> {
  const centre = meanOf(values, width);
  const rows = Array.from({ length: groups.count }, (): number[] => []);
  groups.of.forEach((group, row) => {
    rows[group]!.push(row);
  });
  const parts: Scatter[] = [];
  const total = new Float64Array(width * width);
  for (const own of rows) {
    await letOthersRun();
    const part = scatterAbout(centre, values, own.length, (i) => own[i]!);
    part.scatter.forEach((value, i) => {
      total[i]! += value;
    });
    parts.push(part);
  }
  const distances: number[] = [];
  for (const leaving of groups.leavings) {
    await letOthersRun();
    const gone = parts[leaving]!;
    const left = count - gone.count;
    // Of the mean, as that of all rows is the centre.
    const shift = centre.map((_, i) => -gone.sum[i]! / left);
    const covariance = total.map((value, at) => value - gone.scatter[at]!);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < width; j++) {
        const at = i * width + j;
        covariance[at] = (covariance[at]! - left * shift[i]! * shift[j]!) / (left - 1);
      }
    }
    distances.push(distance({ mean: centre.map((m, i) => m + shift[i]!), covariance }));
  }
  return distances;
}

export const frechet: Family = {
  measures: [
    {
      id: 'frechet',
      name: 'Frechet distance',
      inceptionName: 'FID',
      better: 'lower',
      how:
        'Squared Frechet distance of the features, each set taken for a Gaussian (Heusel et al. 2017). It falls as the number of ' +
        'images grows: compare distances of the same number only.',
      interval:
        'Jackknife of 32 random groups of the images; the training images are held fixed. None for features wider than ' +
        `${WIDEST_WITH_INTERVAL}, where it would take too long.`,
    },
  ],
  applies: () => true,
  async prepare({ reference, groups, letOthersRun }) {
    const { values, width } = reference.features;
    const distance = frechetTo(momentsOf(values, width));
    return async ({ features }) => {
      await letOthersRun();
      const value = distance(momentsOf(features.values, width));
      if (width > WIDEST_WITH_INTERVAL) return [{ value }];
      return [jackknife(value, await distancesWithout(distance, features, groups, letOthersRun), { min: 0 })];
    };
  },
};
