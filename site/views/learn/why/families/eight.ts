/** The data that all families of models learn here: eight clusters on a ring. A picture is a point, and a cluster is a kind of picture. */
import { gaussian } from '@onnoise/scheduler';

export const KINDS = 8;
/** Standard deviation of a cluster; the ring has the radius 1. */
export const WIDTH = 0.1;
/** Variance of the data along each axis. */
export const VARIANCE = 0.5 + WIDTH ** 2;

/** [KINDS, 2] */
export const CENTRES = Float64Array.from({ length: 2 * KINDS }, (_, i) => {
  const angle = (2 * Math.PI * (i >> 1)) / KINDS;
  return i & 1 ? Math.sin(angle) : Math.cos(angle);
});

/** `count` normals. @param stream of the seed */
export function normals(seed: number, count: number, stream = 0): Float64Array {
  const out = new Float32Array(count);
  gaussian(seed, 0, out, stream);
  return Float64Array.from(out);
}

/** Points of the data, [count, 2], the clusters in turn. */
export function dataOf(seed: number, count: number): Float64Array {
  return normals(seed, 2 * count).map((value, i) => CENTRES[2 * ((i >> 1) % KINDS) + (i & 1)]! + WIDTH * value);
}

/** A point this near to the middle of a cluster is a good picture: nearly 99 of 100 of the data are. */
const NEAR = 3 * WIDTH;
/** A cluster is reached by this share of what it has in the data. */
const REACHED = 0.25;

export interface Judged {
  /** Share of good points. */
  good: number;
  /** Clusters that are reached, 0 to KINDS. */
  reached: number;
}

/** @param points [N, 2] */
export function judge(points: Float64Array): Judged {
  const hits = new Array<number>(KINDS).fill(0);
  for (let i = 0; i < points.length; i += 2) {
    for (let k = 0; k < KINDS; k++) {
      if (Math.hypot(points[i]! - CENTRES[2 * k]!, points[i + 1]! - CENTRES[2 * k + 1]!) < NEAR) hits[k]!++;
    }
  }
  const count = points.length / 2;
  return {
    good: hits.reduce((sum, hit) => sum + hit, 0) / count,
    reached: hits.filter((hit) => hit >= (REACHED * count) / KINDS).length,
  };
}

/**
 * The mean of all data that could be behind a blurred point: x = signal x0 + noise epsilon, in place of which one point is asked
 * for. It is what the best network says that is asked once.
 */
export function meanBehind(x: number, y: number, signal: number, noise: number): [x: number, y: number] {
  const variance = (signal * WIDTH) ** 2 + noise ** 2;
  const away = (k: number) => (x - signal * CENTRES[2 * k]!) ** 2 + (y - signal * CENTRES[2 * k + 1]!) ** 2;
  let nearest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < KINDS; k++) nearest = Math.min(nearest, away(k));
  const gain = (signal * WIDTH ** 2) / variance;
  let [sum, right, up] = [0, 0, 0];
  for (let k = 0; k < KINDS; k++) {
    const share = Math.exp((nearest - away(k)) / (2 * variance));
    const [cx, cy] = [CENTRES[2 * k]!, CENTRES[2 * k + 1]!];
    sum += share;
    right += share * (cx + gain * (x - signal * cx));
    up += share * (cy + gain * (y - signal * cy));
  }
  return [right / sum, up / sum];
}
