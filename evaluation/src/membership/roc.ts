/**
 * How well a score tells training images from held-out ones: the area under the ROC curve, and the share of the training images that are
 * found with few false positives (Carlini et al. 2022, section 3: what counts is whether anybody is found with certainty).
 *
 * Intervals: the area has DeLong's deviation, by images that belong together (DeLong et al. 1988; Obuchowski 1997 for clusters; with one
 * image a group both are the same), on the scale of log odds (Pepe 2003, "The statistical evaluation of medical tests", section 5.2).
 * Few images say too little of their spread, so it is at least as wide as Newcombe's, which needs none. Shares have Clopper and Pearson's.
 * Golden values: scripts/golden/measures/membership.py, by scikit-learn and scipy.
 */
import { betaQuantile } from '../memorisation/chance.ts';
import { type Interval, newcombe, normalEdge } from './area-interval.ts';

/** Scores of the images of one kind: higher for training images. */
interface Scored {
  scores: Float64Array;
  /** Equal numbers for images that belong together; default: each is for itself. */
  groups?: ArrayLike<number> | undefined;
}

export interface Area {
  /** 0 to 1; 0.5 is chance. */
  value: number;
  /** DeLong's standard deviation; undefined where one kind is a single image or group. */
  deviation: number | undefined;
  /** @param chance that the interval fails to hold the area, such as 0.05 */
  interval(chance: number): Interval;
}

export interface Found {
  /** Training images above the threshold, of `members`. */
  hits: number;
  members: number;
  /** Held-out images above it, of `others`. */
  alarms: number;
  others: number;
}

/** Both kinds must be there. */
export function areaUnderCurve(members: Scored, others: Scored): Area {
  const [above, below] = [placements(members.scores, others.scores), placements(others.scores, members.scores)];
  const [m, n] = [members.scores.length, others.scores.length];
  const value = above.reduce((sum, share) => sum + share, 0) / m;
  // The share of members below each other image, as the share that it should be: of members above.
  const kinds = [spread(above, value, members.groups), spread(below, 1 - value, others.groups)] as const;
  const deviation = kinds.some(({ groups }) => groups < 2)
    ? undefined
    : Math.sqrt(kinds[0].variance + kinds[1].variance);
  return {
    value,
    deviation,
    interval(chance) {
      // Without a spread each group counts as one image.
      if (!deviation) return newcombe(value, kinds[0].groups, kinds[1].groups, chance);
      const [low, high] = newcombe(value, m, n, chance);
      const half = (normalEdge(chance / 2) * deviation) / (value * (1 - value));
      const moved = (by: number) => 1 - 1 / (1 + (value / (1 - value)) * Math.exp(by));
      return [Math.min(low, moved(-half)), Math.max(high, moved(half))];
    },
  };
}

/** For each score, the share of the others that lie below it; ties count half. */
function placements(scores: Float64Array, others: Float64Array): Float64Array {
  const sorted = others.toSorted();
  return scores.map((score) => (countBelow(sorted, score) + countBelow(sorted, score, true)) / 2 / sorted.length);
}

/** How many of ascending scores lie below. @param at whether those that are equal count */
export function countBelow(sorted: Float64Array, score: number, at = false): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < score || (at && sorted[middle] === score)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Groups of images, and the variance of the mean of their placements, where groups are drawn as wholes. */
function spread(placements: Float64Array, mean: number, groups?: ArrayLike<number>) {
  const sums = new Map<number, number>();
  placements.forEach((placement, i) => {
    const group = groups?.[i] ?? i;
    sums.set(group, (sums.get(group) ?? 0) + placement - mean);
  });
  const squares = [...sums.values()].reduce((sum, each) => sum + each * each, 0);
  return { groups: sums.size, variance: ((sums.size / (sums.size - 1)) * squares) / placements.length ** 2 };
}

/** How many held-out images it takes until a share of false positives is one image. */
export const heldOutFor = (share: number): number => Math.round(1 / share);

/**
 * The lowest threshold that at most `share` of the held-out images exceed: the most training images that can be found with so few
 * false positives, as in scikit-learn's `roc_curve`.
 */
export function foundAt(members: Float64Array, others: Float64Array, share: number): Found {
  const sorted = others.toSorted();
  const allowed = Math.floor(share * sorted.length + 1e-9);
  const threshold = sorted[sorted.length - 1 - allowed] ?? -Infinity;
  const above = (scores: Float64Array) => scores.reduce((count, score) => count + (score > threshold ? 1 : 0), 0);
  return { hits: above(members), members: members.length, alarms: above(others), others: others.length };
}

/** Clopper & Pearson 1934, "The use of confidence or fiducial limits". */
export function shareInterval(hits: number, count: number, chance: number): Interval {
  return [
    hits === 0 ? 0 : betaQuantile(chance / 2, hits, count),
    hits === count ? 1 : betaQuantile(1 - chance / 2, hits + 1, count),
  ];
}

/**
 * Whether more training images than held-out ones lie above the threshold, beyond chance. The threshold is itself one of the held-out
 * scores: the share of new ones above it has a beta distribution, whose upper end is Clopper and Pearson's.
 */
export function exceedsChance({ hits, members, alarms, others }: Found, chance: number): boolean {
  if (alarms === others) return false;
  return shareInterval(hits, members, chance)[0] > shareInterval(alarms, others, chance)[1];
}
