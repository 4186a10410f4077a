/** The nearest training images of a set of pictures, in one space. */
import { lettingOthersRun } from '../measures/let-others-run.ts';
import type { PartLay } from '../parts/index.ts';
import type { Orientation } from './orientations.ts';

/** For each picture its nearest training images, nearest first. */
export interface Neighbours {
  /** Number of pictures. */
  count: number;
  /** Training images of each picture. */
  each: number;
  /** [count, each]: numbers of training images. */
  training: Int32Array;
  /** [count, each], ascending for a picture. */
  distances: Float64Array;
  /** [count, each]; only in pixels. */
  moves?: Move[] | undefined;
  /** [count, each]; only in crops and halves. */
  lays?: PartLay[] | undefined;
}

/** How a training image comes to lie on a picture: mirrored, turned, then moved right and down, in pixels. */
interface Move extends Orientation {
  shift: readonly [right: number, down: number];
  /** Whether its levels are those of the negative. */
  inverted: boolean;
}

/** Training images that are looked at for a picture: the nearest, and those that it is compared with. */
export const NEIGHBOURS = 16;

/** Distance of a picture to a training image. */
export interface Measured {
  distance: number;
  move?: Move;
}

/** The distances of one picture to a few training images, in their order. */
export type Measure = (picture: number, training: Int32Array) => Measured[] | Promise<Measured[]>;

/** Measures what a search found, and puts it into order. Equal distances are in the order of the training images. */
export async function measureFound(
  found: Int32Array,
  count: number,
  measure: Measure,
  signal?: AbortSignal,
): Promise<Neighbours> {
  const letOthersRun = lettingOthersRun(signal);
  const each = found.length / count;
  const training = new Int32Array(found.length);
  const distances = new Float64Array(found.length);
  const moves: Move[] = [];
  for (let picture = 0; picture < count; picture++) {
    await letOthersRun();
    const images = found.subarray(picture * each, (picture + 1) * each);
    const measured = (await measure(picture, images)).map((each, i) => ({ ...each, image: images[i]! }));
    measured.sort((a, b) => a.distance - b.distance || a.image - b.image);
    for (const [i, { image, distance, move }] of measured.entries()) {
      training[picture * each + i] = image;
      distances[picture * each + i] = distance;
      if (move) moves.push(move);
    }
  }
  return { count, each, training, distances, ...(moves.length > 0 && { moves }) };
}

/**
 * Distance to the nearest training image over the mean distance to the next ones: small where one training image stands
 * out. So a picture that is near many, such as a plain one, is not suspicious. Training images that are nearly equal hide a
 * copy of them only if they are more than half of those looked at. [count], 0 to 1.
 */
export function scoresOf({ count, each, distances }: Neighbours): Float64Array {
  return Float64Array.from({ length: count }, (_, picture) => {
    const [nearest, ...next] = distances.subarray(picture * each, (picture + 1) * each);
    const mean = next.reduce((sum, distance) => sum + distance, 0) / next.length;
    return mean === 0 ? 1 : nearest! / mean;
  });
}

/** Distances to the nearest training images, [count]. */
export const nearestOf = ({ count, each, distances }: Neighbours): Float64Array =>
  Float64Array.from({ length: count }, (_, picture) => distances[picture * each]!);
