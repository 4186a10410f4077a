/**
 * Sliced Wasserstein distance of pixels: Bonneel et al. 2015, "Sliced and Radon Wasserstein Barycenters of Measures", with
 * p = 2. Pictures are projected on random directions u of length 1; on a line the optimal transport pairs the quantiles:
 *
 *     SW^2 = mean over u of the integral over q of (F_u^-1(q) - G_u^-1(q))^2
 *
 * The root is given, in levels of 0 to 255: pictures that are all brighter by 10 levels are 10 away. Like all such distances it is
 * above 0 for two finite sets of the same distribution: compare those of the same N only. The directions are those of the seed, the
 * same for all candidates.
 */
import { gaussian } from '@onnoise/scheduler';
import type { ImageSet } from '../sets/types.ts';
import { type Groups, jackknife, oneGroup } from './intervals.ts';
import { timesTransposed } from './matrix.ts';
import type { Family } from './record.ts';

const STREAM = 0x736c6963;
/** Random directions: where one set is the other shifted, other directions change the distance by about 6 %. */
const DIRECTIONS = 128;
/** Pictures that are projected at a time. */
const BLOCK = 32;

type Pictures = Pick<ImageSet, 'count' | 'pixels'>;

/** @returns [directions, size], rows of length 1 */
export function drawDirections(size: number, seed: number, directions = DIRECTIONS): Float64Array {
  const rows = new Float64Array(directions * size);
  const draw = new Float32Array(size);
  for (let d = 0; d < directions; d++) {
    gaussian(seed, d * size, draw, STREAM);
    const length = Math.sqrt(draw.reduce((sum, x) => sum + x * x, 0));
    for (let i = 0; i < size; i++) rows[d * size + i] = draw[i]! / length;
  }
  return rows;
}

/** @returns [directions, count] */
async function project({ count, pixels }: Pictures, directions: Float64Array, letOthersRun: () => Promise<void>) {
  const size = pixels.length / count;
  const many = directions.length / size;
  const places = new Float64Array(many * count);
  for (let first = 0; first < count; first += BLOCK) {
    await letOthersRun();
    const block = Float64Array.from(pixels.subarray(first * size, (first + BLOCK) * size));
    const some = timesTransposed(directions, block, size); // [directions, block]
    const n = block.length / size;
    for (let d = 0; d < many; d++) places.set(some.subarray(d * n, (d + 1) * n), d * count + first);
  }
  return places;
}

/**
 * The integral over q of the squared difference of the quantiles of two sorted lists.
 *
 * @param n numbers of `one` that count
 */
function squaredTransport(one: Float64Array, n: number, other: Float64Array): number {
  const m = other.length;
  let sum = 0;
  // Quantiles in units of 1 / (n m): number i of `one` ends at (i + 1) m, number j of `other` at (j + 1) n.
  for (let i = 0, j = 0, at = 0; i < n && j < m; ) {
    const [endOne, endOther] = [(i + 1) * m, (j + 1) * n];
    const end = Math.min(endOne, endOther);
    const apart = one[i]! - other[j]!;
    sum += (end - at) * apart * apart;
    at = end;
    if (end === endOne) i++;
    if (end === endOther) j++;
  }
  return sum / (n * m);
}

/**
 * The distance from a reference, in levels.
 *
 * @param directions [directions, C H W], of length 1
 * @returns a function of pictures: the distance, and that without each of the groups' `leavings`.
 */
export async function slicedWassersteinTo(
  reference: Pictures,
  directions: Float64Array,
  letOthersRun: () => Promise<void> = async () => {},
): Promise<(pictures: Pictures, groups?: Groups) => Promise<{ value: number; without: number[] }>> {
  const many = directions.length / (reference.pixels.length / reference.count);
  const sorted = await project(reference, directions, letOthersRun);
  for (let d = 0; d < many; d++) sorted.subarray(d * reference.count, (d + 1) * reference.count).sort();
  return async (pictures, groups = oneGroup(pictures.count)) => {
    const { count } = pictures;
    const places = await project(pictures, directions, letOthersRun);
    const leavings = [[], ...groups.leavings]; // of all, then without some groups
    const squares = new Float64Array(leavings.length);
    const list = new Float64Array(count);
    for (let d = 0; d < many; d++) {
      await letOthersRun();
      const goal = sorted.subarray(d * reference.count, (d + 1) * reference.count);
      const own = places.subarray(d * count, (d + 1) * count);
      const order = Uint32Array.from(own, (_, i) => i).sort((a, b) => own[a]! - own[b]!);
      leavings.forEach(([one, other], i) => {
        let n = 0;
        for (const row of order) {
          const group = groups.of[row];
          if (group !== one && group !== other) list[n++] = own[row]!;
        }
        squares[i]! += squaredTransport(list, n, goal) / many;
      });
    }
    const [value = 0, ...without] = squares.map(Math.sqrt);
    return { value, without };
  };
}

export const slicedWasserstein: Family = {
  measures: [
    {
      id: 'sliced_wasserstein',
      name: 'Sliced Wasserstein distance',
      better: 'lower',
      how:
        `Root of the mean squared transport (p = 2) of pixels along ${DIRECTIONS} random directions, in levels of 0 to 255: ` +
        'pictures that are all brighter by 10 levels are 10 away (Bonneel et al. 2015).',
      interval: 'Jackknife of 32 random groups of the images; training images and directions are held fixed.',
    },
  ],
  applies: () => true,
  async prepare({ reference, seed, groups, letOthersRun }) {
    const { pixels, count } = reference.images;
    const distance = await slicedWassersteinTo(
      reference.images,
      drawDirections(pixels.length / count, seed),
      letOthersRun,
    );
    return async ({ images }) => {
      const { value, without } = await distance(images, groups);
      return [jackknife(value, without, { min: 0 })];
    };
  },
};
