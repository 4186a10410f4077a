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
import type { Estimate } from '../types.ts';
import { type Groups, jackknife, meanEstimate, shareEstimate } from './intervals.ts';
import type { Rows } from './matrix.ts';
import { type Neighbours, neighboursWithin, squaredDistance } from './nearest.ts';
import type { Family } from './record.ts';

/** Neighbours of the balls of precision and recall, and of density and coverage. */
export const NEAREST = { precision: 3, density: 5 };
/** Neighbours that are known of a picture, so that the third is found when a group of pictures is left out. */
const KNOWN = NEAREST.precision + 8;
const STREAM = 0x6e656172;

export interface NeighbourMeasures {
  /** Each picture: whether it is in a ball, and in how many. */
  inside: Uint8Array;
  balls: Float64Array;
  recall: number;
  coverage: number;
  /** Without each group of pictures. */
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
  breathe: () => Promise<void> = async () => {},
): Promise<(pictures: Rows, groups: Groups) => Promise<NeighbourMeasures>> {
  const many = reference.length / width;
  const { squares, k } = await neighboursWithin(reference, width, NEAREST.density, breathe);
  const radius = (nearest: number) => Float64Array.from({ length: many }, (_, j) => squares[j * k + nearest - 1]!);
  const [small, large] = [radius(NEAREST.precision), radius(NEAREST.density)];
  return async (pictures, groups) => {
    const count = pictures.length / width;
    const own = await neighboursWithin(pictures, width, KNOWN, breathe);
    const inside = new Uint8Array(count);
    const balls = new Float64Array(count);
    const recalled = new Uint8Array(many);
    // Bit g of a training image: recalled, and covered, when group g is left out.
    const recalledWithout = new Int32Array(many);
    const coveredWithout = new Int32Array(many);
    for (let i = 0; i < count; i++) {
      await breathe();
      const others = ~(1 << groups.of[i]!);
      const { radius, wider } = ballOf(i, own, groups);
      const widest = wider.at(-1)?.square ?? radius;
      for (let j = 0; j < many; j++) {
        const most = large[j]!;
        const square = squaredDistance(pictures, i, reference, j, width, widest > most ? widest : most);
        if (square <= most) {
          balls[i]!++;
          coveredWithout[j]! |= others;
          if (square <= small[j]!) inside[i] = 1;
        }
        if (square <= radius) {
          recalled[j] = 1;
          recalledWithout[j]! |= others;
        } else if (square <= widest) {
          for (const ball of wider) if (square <= ball.square) recalledWithout[j]! |= 1 << ball.group;
        }
      }
    }
    const share = (bits: Int32Array | Uint8Array, mask: number): number => {
      let hits = 0;
      for (const value of bits) if ((value & mask) !== 0) hits++;
      return hits / many;
    };
    const each = Array.from({ length: groups.count }, (_, group) => 1 << group);
    return {
      inside,
      balls,
      recall: share(recalled, 1),
      coverage: share(coveredWithout, -1),
      recallWithout: each.map((bit) => share(recalledWithout, bit)),
      coverageWithout: each.map((bit) => share(coveredWithout, bit)),
    };
  };
}

/** The ball of a picture, and the wider ones that it has when a group is left out that one of its neighbours is in. */
function ballOf(picture: number, { k, squares, rows }: Neighbours, { of }: Groups) {
  const first = picture * k;
  const last = first + NEAREST.precision - 1;
  const lost = new Set(Array.from(rows.subarray(first, last + 1), (row) => of[row]!));
  lost.delete(of[picture]!); // it is left out itself then
  const wider = Array.from(lost, (group) => {
    let at = first;
    for (let left = NEAREST.precision; at < first + k - 1; at++) {
      if (of[rows[at]!] !== group && --left === 0) break;
    }
    return { group, square: squares[at]! };
  });
  return { radius: squares[last]!, wider: wider.sort((a, b) => a.square - b.square) };
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
      interval: 'Jackknife of 32 random groups of the images; the training images are held fixed.',
    },
    {
      id: 'density',
      name: 'Density',
      better: 'higher',
      how: `Balls of training images that a picture is in, a fifth of their mean number. ${BALL} fifth neighbour, in features; ${SAME} (Naeem et al. 2020). About 1 for the same distribution.`,
      interval: 'The mean of the pictures with 1.96 standard errors; the training images are held fixed.',
    },
    {
      id: 'coverage',
      name: 'Coverage',
      better: 'higher',
      how: `Share of training images with a picture in their ball. ${BALL} fifth neighbour, in features; ${SAME} (Naeem et al. 2020). About 0.97 for the same distribution.`,
      interval: 'Jackknife of 32 random groups of the images; the training images are held fixed.',
    },
  ],
  applies: () => true,
  async prepare({ reference, seed, groups, breathe }) {
    const { values, width } = reference.features;
    const drawn = drawRows(values, width, groups.of.length, seed);
    const measure = await neighbourMeasuresTo(drawn, width, breathe);
    return async ({ features }): Promise<Estimate[]> => {
      const found = await measure(features.values, groups);
      return [
        shareEstimate(
          found.inside.reduce((sum, hit) => sum + hit, 0),
          features.count,
        ),
        jackknife(found.recall, found.recallWithout, SHARE),
        meanEstimate(
          found.balls.map((balls) => balls / NEAREST.density),
          { min: 0 },
        ),
        jackknife(found.coverage, found.coverageWithout, SHARE),
      ];
    };
  },
};
