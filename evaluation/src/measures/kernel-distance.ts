/**
 * Kernel distance, called KID with Inception's features: Binkowski et al. 2018, "Demystifying MMD GANs" (arXiv 1801.01401),
 * section 4. The squared maximum mean discrepancy of the polynomial kernel k(x, y) = (x y / width + 1)^3,
 *
 *     mean of k(x, x') over pairs + mean of k(y, y') over pairs - 2 mean of k(x, y)
 *
 * without the pairs of a row with itself, so that its mean does not depend on the number of rows, is 0 for the same distribution,
 * and it may be negative. clean-fid and torch-fidelity average it over random subsets of 1,000 rows; this is over all rows, which has
 * the same mean, less variance and no chance. MONAI's MMDMetric is another: of pixels, under a linear kernel.
 */
import { type Groups, jackknife, oneGroup } from './intervals.ts';
import { timesTransposed } from './matrix.ts';
import type { Family } from './record.ts';

/** Rows whose products are held at a time. */
const BLOCK = 32;

/** The kernel summed over pairs of rows i < j of a set [N, width], by their groups: [groups, groups]. */
async function sumWithin(rows: Float64Array, width: number, groups: Groups, letOthersRun: () => Promise<void>) {
  const count = rows.length / width;
  const sums = new Float64Array(groups.count ** 2);
  for (let first = 0; first < count; first += BLOCK) {
    await letOthersRun();
    const rest = rows.subarray(first * width);
    const block = rest.subarray(0, BLOCK * width);
    const products = timesTransposed(block, rest, width);
    const n = rest.length / width;
    for (let i = 0; i < block.length / width; i++) {
      const own = groups.of[first + i]! * groups.count;
      for (let j = i + 1; j < n; j++) {
        const base = products[i * n + j]! / width + 1;
        sums[own + groups.of[first + j]!]! += base * base * base;
      }
    }
  }
  return sums;
}

/** The same over pairs of a row of a set and one of the reference, by the group of the first: [groups]. */
async function sumAcross(
  rows: Float64Array,
  reference: Float64Array,
  width: number,
  groups: Groups,
  letOthersRun: () => Promise<void>,
) {
  const [count, n] = [rows.length / width, reference.length / width];
  const sums = new Float64Array(groups.count);
  for (let first = 0; first < count; first += BLOCK) {
    await letOthersRun();
    const block = rows.subarray(first * width, (first + BLOCK) * width);
    const products = timesTransposed(block, reference, width);
    for (let i = 0; i < block.length / width; i++) {
      let sum = 0;
      for (let j = 0; j < n; j++) {
        const base = products[i * n + j]! / width + 1;
        sum += base * base * base;
      }
      sums[groups.of[first + i]!]! += sum;
    }
  }
  return sums;
}

/**
 * The squared distance from a reference.
 *
 * @param reference [M, width], M of 2 or more
 * @returns a function of rows [N, width] with N of 3 or more: the distance, and that without each of the groups' `leavings`.
 */
export async function kernelDistanceTo(
  reference: Float64Array,
  width: number,
  letOthersRun: () => Promise<void> = async () => {},
): Promise<(rows: Float64Array, groups?: Groups) => Promise<{ value: number; without: number[] }>> {
  const many = reference.length / width;
  const [own = 0] = await sumWithin(reference, width, oneGroup(many), letOthersRun);
  const pairs = (n: number) => (n * (n - 1)) / 2;
  return async (rows, groups = oneGroup(rows.length / width)) => {
    const within = await sumWithin(rows, width, groups, letOthersRun);
    const across = await sumAcross(rows, reference, width, groups, letOthersRun);
    const all = within.reduce((sum, one) => sum + one, 0);
    const allAcross = across.reduce((sum, one) => sum + one, 0);
    const distance = (n: number, sumWithin: number, sumAcross: number) =>
      sumWithin / pairs(n) + own / pairs(many) - (2 * sumAcross) / (n * many);
    const count = rows.length / width;
    const without = groups.leavings.map((gone) => {
      let lost = -within[gone * groups.count + gone]!;
      for (let g = 0; g < groups.count; g++)
        lost += within[g * groups.count + gone]! + within[gone * groups.count + g]!;
      return distance(count - groups.sizes[gone]!, all - lost, allAcross - across[gone]!);
    });
    return { value: distance(count, all, allAcross), without };
  };
}

export const kernelDistance: Family = {
  measures: [
    {
      id: 'kernel',
      name: 'Kernel distance',
      inceptionName: 'KID',
      better: 'lower',
      how:
        'Unbiased squared maximum mean discrepancy of the features under the kernel (x y / width + 1)^3, over all pairs ' +
        '(Binkowski et al. 2018). About 0 for the same distribution, and it may be negative.',
      interval: 'Jackknife of 32 random groups of the images; the training images are held fixed.',
    },
  ],
  applies: () => true,
  async prepare({ reference, groups, letOthersRun }) {
    const { values, width } = reference.features;
    const distance = await kernelDistanceTo(Float64Array.from(values), width, letOthersRun);
    return async ({ features }) => {
      const { value, without } = await distance(Float64Array.from(features.values), groups);
      return [jackknife(value, without, { skew: true })];
    };
  },
};
