/**
 * Precision and recall of Kynkaanniemi et al. 2019, "Improved Precision and Recall Metric for Assessing Generative Models"
 * (arXiv 1904.06991), with k = 3; density and coverage of Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for
 * Generative Models" (arXiv 2002.09797), with k = 5. A ball reaches from an image to its k-th nearest neighbour of the same set, in
 * features, its edge included:
 *
 *     precision  share of pictures in the ball of a training image
 *     recall     share of training images in the ball of a picture
 *     density    balls of training images that a picture is in, divided by k, in the mean
 *     coverage   share of training images with a picture in their ball
 *
 * As in the papers both sets have the same number: as many training images as pictures are drawn by the seed. Then density is
 * about 1 and coverage about 1 - 2^-k for the same distribution; with more training images their balls would be smaller.
 */
import { shuffle } from '@onnoise/scheduler';
import type { Estimate } from '../sets/types.ts';
import { type Groups, jackknife, meanEstimate, shareEstimate, widenRare, widenShare } from './intervals.ts';
import type { Rows } from './matrix.ts';
import { type Neighbours, neighboursWithin, squaredDistance } from './nearest.ts';
import type { Family } from './record.ts';

/** Neighbours of the balls of precision and recall, and of density and coverage. */
export const NEAREST = { precision: 3, density: 5 };
/** Neighbours that are known of a picture, so that the third is found when groups of pictures are left out. */
const KNOWN = NEAREST.precision + 8;
const STREAM = 0x6e656172;

interface NeighbourMeasures {
  /** Each picture: whether it is in a ball, and in how many. */
  inside: Uint8Array;
  balls: Float64Array;
  /** Whether a training image is in its own ball. */
  around: Uint8Array;
  recall: number;
  coverage: number;
  /** Without each of the groups' `leavings`. */
  recallWithout: number[];
  coverageWithout: number[];
}

/**
 * @param reference [M, width]
 * @returns a function of the pictures' rows [N, width]; both N and M are 6 or more
 */
export async function neighbourMeasuresTo(
  reference: Rows,
  width: number,
  letOthersRun: () => Promise<void> = async () => {},
): Promise<(pictures: Rows, groups: Groups) => Promise<NeighbourMeasures>> {
  const many = reference.length / width;
  const { squares, k } = await neighboursWithin(reference, width, NEAREST.density, letOthersRun);
  const radius = (nearest: number) => Float64Array.from({ length: many }, (_, j) => squares[j * k + nearest - 1]!);
  const [small, large] = [radius(NEAREST.precision), radius(NEAREST.density)];
  return async (pictures, groups) => {
    const count = pictures.length / width;
    const own = await neighboursWithin(pictures, width, KNOWN, letOthersRun);
    const inside = new Uint8Array(count);
    const balls = new Float64Array(count);
    const around = new Uint8Array(count);
    const [recalled, covered] = [new Uint8Array(many), new Uint8Array(many)];
    const [recalledWithout, coveredWithout] = [new Int32Array(many), new Int32Array(many)];
    for (let i = 0; i < count; i++) {
      await letOthersRun();
      const there = ~bitOf(groups.of[i]!);
      const { radius, wider } = ballOf(i, own, groups);
      const widest = wider.at(-1)?.square ?? radius;
      for (let j = 0; j < many; j++) {
        const most = large[j]!;
        const square = squaredDistance(pictures, i, reference, j, width, Math.max(widest, most));
        if (square <= most) {
          balls[i]!++;
          covered[j] = 1;
          coveredWithout[j]! |= there;
          if (square <= small[j]!) inside[i] = 1;
        }
        if (square <= radius) {
          recalled[j] = 1;
          around[i] = 1;
          recalledWithout[j]! |= there;
        } else if (square <= widest) {
          for (const ball of wider) if (square <= ball.square) recalledWithout[j]! |= ball.bit;
        }
      }
    }
    return {
      inside,
      balls,
      around,
      recall: shareOf(recalled, 1),
      coverage: shareOf(covered, 1),
      recallWithout: sharesOf(recalledWithout, groups),
      coverageWithout: sharesOf(coveredWithout, groups),
    };
  };
}

/** In marks of a training image: whether it is recalled, or covered, without this group, of 32 at most. */
const bitOf = (group: number): number => 1 << group;

/** Share of the numbers that have a bit of the mask. */
function shareOf(numbers: Int32Array | Uint8Array, mask: number): number {
  let hits = 0;
  for (const number of numbers) if ((number & mask) !== 0) hits++;
  return hits / numbers.length;
}

const sharesOf = (marks: Int32Array, { leavings }: Groups): number[] =>
  leavings.map((group) => shareOf(marks, bitOf(group)));

/** The ball of a picture, and the wider ones that it has when groups are left out that neighbours of it are in. */
function ballOf(picture: number, { k, squares, rows }: Neighbours, groups: Groups) {
  const first = picture * k;
  const groupOf = (at: number) => groups.of[rows[at]!]!;
  const near = [first, first + 1, first + 2].map(groupOf);
  const squareWithout = (group: number): number => {
    let at = first;
    for (let left = NEAREST.precision; at < first + k - 1; at++) if (groupOf(at) !== group && --left === 0) break;
    return squares[at]!;
  };
  const wider = groups.leavings
    .filter((group) => group !== groups.of[picture] && near.includes(group))
    .map((group) => ({ square: squareWithout(group), bit: bitOf(group) }));
  return { radius: squares[first + NEAREST.precision - 1]!, wider: wider.sort((a, b) => a.square - b.square) };
}

/** As many rows as `count` or as there are, drawn by a seed. @returns [count, width] */
export function drawRows(rows: Rows, width: number, count: number, seed: number): Rows {
  const order = shuffle(
    Uint32Array.from({ length: rows.length / width }, (_, i) => i),
    seed,
    STREAM,
  ).subarray(0, count);
  const drawn = new Float32Array(order.length * width);
  order.forEach((row, i) => {
    drawn.set(rows.subarray(row * width, (row + 1) * width), i * width);
  });
  return drawn;
}

const SHARE = { min: 0, max: 1 };
const BALL = 'A ball reaches from an image to its';
const SHARE_INTERVAL =
  "Jackknife of 32 random groups of the images, at least Wilson's interval of a share; the training images are held fixed.";
const SAME = 'as many training images as pictures are drawn';

export const neighbours: Family = {
  measures: [
    {
      id: 'precision',
      name: 'Precision',
      better: 'higher',
      how: `Share of pictures in the ball of a training image. ${BALL} third neighbour, in features; ${SAME} (Kynkaanniemi et al. 2019).`,
      interval: "Wilson's interval of a share; the training images are held fixed.",
    },
    {
      id: 'recall',
      name: 'Recall',
      better: 'higher',
      how: `Share of training images in the ball of a picture. ${BALL} third neighbour, in features; ${SAME} (Kynkaanniemi et al. 2019).`,
      interval: SHARE_INTERVAL,
    },
    {
      id: 'density',
      name: 'Density',
      better: 'higher',
      how: `Balls of training images that a picture is in, a fifth of their mean number. ${BALL} fifth neighbour, in features; ${SAME} (Naeem et al. 2020). About 1 for the same distribution.`,
      interval: "Student's interval of the mean of the pictures; the training images are held fixed.",
    },
    {
      id: 'coverage',
      name: 'Coverage',
      better: 'higher',
      how: `Share of training images with a picture in their ball. ${BALL} fifth neighbour, in features; ${SAME} (Naeem et al. 2020). About 0.97 for the same distribution.`,
      interval: SHARE_INTERVAL,
    },
  ],
  applies: () => true,
  async prepare({ reference, seed, groups, letOthersRun }) {
    const { values, width } = reference.features;
    const drawn = drawRows(values, width, groups.of.length, seed);
    const measure = await neighbourMeasuresTo(drawn, width, letOthersRun);
    return async ({ features }): Promise<Estimate[]> => {
      const { inside, balls, around, ...found } = await measure(features.values, groups);
      const { count } = features;
      const counted = (list: ArrayLike<number>) => Array.from(list).filter((number) => number > 0).length;
      const density = meanEstimate(
        Float64Array.from(balls, (number) => number / NEAREST.density),
        { min: 0 },
      );
      const many = drawn.length / width;
      const coverage = widenShare(jackknife(found.coverage, found.coverageWithout, SHARE), many);
      const recall = widenShare(jackknife(found.recall, found.recallWithout, SHARE), many);
      const near = counted(balls);
      // Recall and coverage: what a picture adds at least, one of the training images that were drawn.
      const least = count / many;
      return [
        shareEstimate(counted(inside), count),
        widenRare(recall, counted(around), count, least, SHARE),
        widenRare(density, near, count, 1 / NEAREST.density),
        widenRare(coverage, near, count, least, SHARE),
      ];
    };
  },
};
