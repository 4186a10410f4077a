/**
 * Maximum mean discrepancy of pixels, as `monai.metrics.MMDMetric` takes it (MONAI 1.6): Gretton et al. 2012, "A kernel two-sample
 * test", lemma 6, with the linear kernel k(x, y) = x y on levels of 0 to 1, without the pairs of a picture with itself,
 *
 *     mean of k(x, x') over pairs + mean of k(y, y') over pairs - 2 mean of k(x, y)
 *
 * Under this kernel it is the squared distance of the two mean pictures, less what chance adds to it. So it sees how bright pictures
 * are and where, and nothing of how they vary. The kernel distance (`kernel-distance.ts`) is the same statistic of features, under a
 * kernel that sees moments up to the third. About 0 for the same distribution, and it may be negative. MONAI asks for as many
 * pictures in both sets; the statistic does not.
 */
import type { ImageSet } from '../sets/types.ts';
import { type Groups, jackknife, oneGroup } from './intervals.ts';
import type { Family } from './record.ts';

/** Pictures that are added at a time, before others run. */
const BLOCK = 64;
const WHITE = 255;

type Pictures = Pick<ImageSet, 'count' | 'pixels'>;

/** Of some pictures. */
interface Sums {
  count: number;
  /** Of all, pixel by pixel, [C, H, W]. */
  levels: Float64Array;
  /** Of the squares of all pixels. */
  squares: number;
}

/** Of each group's pictures. */
async function sumsOf({ count, pixels }: Pictures, groups: Groups, letOthersRun: () => Promise<void>): Promise<Sums[]> {
  const size = pixels.length / count;
  const sums = Array.from(
    { length: groups.count },
    (): Sums => ({ count: 0, levels: new Float64Array(size), squares: 0 }),
  );
  for (let row = 0; row < count; row++) {
    if (row % BLOCK === 0) await letOthersRun();
    const sum = sums[groups.of[row]!]!;
    sum.count++;
    for (let i = 0; i < size; i++) {
      const level = pixels[row * size + i]! / WHITE;
      sum.levels[i]! += level;
      sum.squares += level * level;
    }
  }
  return sums;
}

const dot = (one: Float64Array, other: Float64Array): number =>
  one.reduce((sum, value, i) => sum + value * other[i]!, 0);

/** Mean of k over the pairs of different pictures. */
const within = ({ count, levels, squares }: Sums): number => (dot(levels, levels) - squares) / (count * (count - 1));

/**
 * The squared discrepancy from a reference.
 *
 * @param reference of 2 pictures or more
 * @returns a function of 3 pictures or more: the value, and that without each of the groups' `leavings`.
 */
export async function pixelMmdTo(
  reference: Pictures,
  letOthersRun: () => Promise<void> = async () => {},
): Promise<(pictures: Pictures, groups?: Groups) => Promise<{ value: number; without: number[] }>> {
  const [goal] = (await sumsOf(reference, oneGroup(reference.count), letOthersRun)) as [Sums];
  const own = within(goal);
  const distance = (sums: Sums) => within(sums) + own - (2 * dot(sums.levels, goal.levels)) / (sums.count * goal.count);
  return async (pictures, groups = oneGroup(pictures.count)) => {
    const each = await sumsOf(pictures, groups, letOthersRun);
    const without = (gone: readonly number[]): Sums => {
      const kept = each.filter((_, g) => !gone.includes(g));
      const levels = new Float64Array(goal.levels.length);
      for (const sum of kept) for (let i = 0; i < levels.length; i++) levels[i]! += sum.levels[i]!;
      const total = (of: (sum: Sums) => number) => kept.reduce((all, sum) => all + of(sum), 0);
      return { count: total(({ count }) => count), levels, squares: total(({ squares }) => squares) };
    };
    return { value: distance(without([])), without: groups.leavings.map((gone) => distance(without(gone))) };
  };
}

export const pixelMmd: Family = {
  measures: [
    {
      id: 'pixel_mmd',
      name: 'MMD of pixels',
      better: 'lower',
      how:
        'Unbiased squared maximum mean discrepancy of pixels of 0 to 1 under the linear kernel x y, as MONAI takes it: how far the ' +
        'mean pictures are apart. About 0 for the same distribution, and it may be negative (Gretton et al. 2012).',
      interval: 'Jackknife of 32 random groups of the images; the training images are held fixed.',
    },
  ],
  applies: () => true,
  async prepare({ reference, groups, letOthersRun }) {
    const distance = await pixelMmdTo(reference.images, letOthersRun);
    return async ({ images }) => {
      const { value, without } = await distance(images, groups);
      return [jackknife(value, without)];
    };
  },
};
