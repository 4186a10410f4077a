/** A plane of values with a mask of the pixels that count, and its gray levels as pyradiomics bins them. */

export interface Region {
  height: number;
  width: number;
  /** [H, W] */
  values: Float64Array;
  /** [H, W]: 1 where a pixel counts. */
  mask: Uint8Array;
}

/** The smallest rectangle that holds all pixels that count, its last row and column counted. */
export interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** @returns undefined where none counts */
export function boxOf({ height, width, mask }: Pick<Region, 'height' | 'width' | 'mask'>): Box | undefined {
  const box = { top: height, left: width, bottom: -1, right: -1 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] !== 1) continue;
      box.top = Math.min(box.top, y);
      box.left = Math.min(box.left, x);
      box.bottom = Math.max(box.bottom, y);
      box.right = Math.max(box.right, x);
    }
  }
  return box.bottom < 0 ? undefined : box;
}

export function crop({ width: stride, values, mask }: Region, { top, left, bottom, right }: Box): Region {
  const [height, width] = [bottom - top + 1, right - left + 1];
  const cut: Region = { height, width, values: new Float64Array(height * width), mask: new Uint8Array(height * width) };
  for (let y = 0; y < height; y++) {
    const from = (top + y) * stride + left;
    cut.values.set(values.subarray(from, from + width), y * width);
    cut.mask.set(mask.subarray(from, from + width), y * width);
  }
  return cut;
}

export interface Levels extends Pick<Region, 'height' | 'width'> {
  /** [H, W]: the place of a pixel's gray level in `grays`; -1 where it does not count. */
  places: Int32Array;
  /** Gray levels that occur, ascending; the least is 1. */
  grays: Float64Array;
  /** Pixels that count. */
  count: number;
}

/** Bins of this width from zero on; that of the least value is level 1: pyradiomics' `binWidth`. */
export function levelsOf({ height, width, values, mask }: Region, binWidth: number): Levels {
  const bins = Array.from(values, (value, i) => (mask[i] === 1 ? Math.floor(value / binWidth) : Number.NaN));
  const found = [...new Set(bins.filter((bin) => !Number.isNaN(bin)))].sort((a, b) => a - b);
  const placeOf = new Map(found.map((bin, place) => [bin, place]));
  return {
    height,
    width,
    places: Int32Array.from(bins, (bin) => placeOf.get(bin) ?? -1),
    grays: Float64Array.from(found, (bin) => bin - found[0]! + 1),
    count: bins.filter((bin) => !Number.isNaN(bin)).length,
  };
}

/** Steps to the neighbours of a pixel, one of each pair of opposite ones. */
export const ANGLES: readonly (readonly [dy: number, dx: number])[] = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
];

/** Steps to all eight. */
export const AROUND = [...ANGLES, ...ANGLES.map(([dy, dx]) => [-dy, -dx] as const)];

/** numpy's `spacing(1)`: added where a logarithm of zero would be taken. */
export const EPSILON = 2 ** -52;

export const entropy = (share: number): number => -share * Math.log2(share + EPSILON);

/** The place of a neighbour's level; -1 outside. */
export function levelAt({ height, width, places }: Levels, y: number, x: number): number {
  return y < 0 || x < 0 || y >= height || x >= width ? -1 : places[y * width + x]!;
}
