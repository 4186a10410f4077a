/**
 * How far an image is from its reconstruction, as a map and as one number. Constants were chosen by measurement:
 * docs/notes/2026-11-29-anomaly.md.
 */
import type { ImageShape } from '@onnoise/scheduler/model';

export const SIDES = ['both', 'darker', 'brighter'] as const;
/** Which differences count: of an image that is darker than its reconstruction, brighter, or both. */
export type Side = (typeof SIDES)[number];

/** Deviation in pixels of the Gaussian that smooths the difference: edges that moved by less than a pixel cancel out. */
const SMOOTH = 1;
/** Share of the pixels that the score is taken of: those with the largest difference. */
const TOP_SHARE = 0.002;

/**
 * The smoothed difference of an image and its reconstruction, without its sign; channels are averaged.
 * @param image and @param healthy in [-1, 1], [C, H, W]
 * @returns 0 (no difference) to 2, [H, W]
 */
export function differenceMap(
  image: Float32Array,
  healthy: Float32Array,
  [channels, height, width]: ImageShape,
  side: Side = 'both',
): Float32Array<ArrayBuffer> {
  const plane = height * width;
  const map = new Float32Array(plane);
  const signed = new Float32Array(plane);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) signed[i] = image[c * plane + i]! - healthy[c * plane + i]!;
    const smooth = blur(signed, height, width);
    for (let i = 0; i < plane; i++) map[i]! += sized(smooth[i]!, side) / channels;
  }
  return map;
}

const sized = (difference: number, side: Side) => {
  if (side === 'both') return Math.abs(difference);
  return Math.max(0, side === 'darker' ? -difference : difference);
};

/** The mean of the largest values of a map, 0 to 2: of `TOP_SHARE` of them, at least one. */
export function scoreOf(map: Float32Array): number {
  const count = Math.max(1, Math.round(TOP_SHARE * map.length));
  const sorted = map.toSorted();
  let sum = 0;
  for (let i = sorted.length - count; i < sorted.length; i++) sum += sorted[i]!;
  return sum / count;
}

/** A Gaussian, [H, W]; beyond the border the nearest pixel is repeated. */
function blur(values: Float32Array, height: number, width: number): Float32Array {
  const reach = Math.ceil(4 * SMOOTH);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / SMOOTH) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const along = (from: Float32Array, step: number, length: number) => {
    const out = new Float32Array(from.length);
    for (let i = 0; i < from.length; i++) {
      const at = Math.floor(i / step) % length;
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const other = Math.min(length - 1, Math.max(0, at + k));
        sum += weights[k + reach]! * from[i + (other - at) * step]!;
      }
      out[i] = sum / total;
    }
    return out;
  };
  return along(along(values, width, height), 1, width);
}
