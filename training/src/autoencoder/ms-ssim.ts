/**
 * Multi-scale structural similarity of two pictures: Wang, Simoncelli & Bovik 2003, "Multi-scale structural similarity for image
 * quality assessment", equation 7, with the constants of Wang et al. 2004: Gaussian window of 11 x 11 with a deviation of 1.5,
 * K1 = 0.01, K2 = 0.03, levels of 0 to 255, only whole windows. 1 for equal pictures, near 0 for unlike ones; what is negative at a
 * scale counts as 0. Channels are compared one by one, and their mean is taken, as pytorch-msssim does; or all together at each scale,
 * as `monai.metrics.MultiScaleSSIMMetric` (MONAI 1.6) does. Of gray pictures both are the same.
 *
 * An odd last row or column is left out at each scale, as MONAI and torchmetrics do. pytorch-msssim surrounds odd sides with black
 * before it halves them, and differs there by up to 0.01.
 *
 * The paper's five scales, each half of the one before, need sides of 176 pixels. Smaller pictures have as many as fit, and their
 * weights are divided by their sum: two for 28 x 28. MONAI wants sides above 160, and refuses smaller ones; of 161 to 175 it has
 * five scales, and this four. Below 11 pixels the window is the largest odd one that fits.
 */
import type { ImageShape } from '@onnoise/scheduler/model';

/** Exponents of the five scales, from the finest. */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
const WINDOW = 11;
const DEVIATION = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

interface Plane {
  height: number;
  width: number;
  values: Float64Array; // [height, width]
}

/** How many scales pictures of this size have, 1 to 5. */
export function scalesOf([, height, width]: ImageShape): number {
  const side = Math.min(height, width);
  return Math.max(1, WEIGHTS.findLastIndex((_, scale) => Math.floor(side / 2 ** scale) >= WINDOW) + 1);
}

/** How channels are compared: one by one, or all together at each scale, as MONAI does. */
export type Channels = 'apart' | 'together';

/**
 * @param one [C, H, W] uint8, as the other
 * @returns 0 to 1
 */
export function msSsim(one: Uint8Array, other: Uint8Array, shape: ImageShape, compared: Channels = 'apart'): number {
  const [channels, height, width] = shape;
  const scales = scalesOf(shape);
  const window = gaussianWindow(Math.min(WINDOW, 2 * Math.floor((Math.min(height, width) + 1) / 2) - 1));
  const weights = WEIGHTS.slice(0, scales);
  // The paper's five have a sum of 1.0001, and stay as they are.
  const sumOfWeights = scales === WEIGHTS.length ? 1 : weights.reduce((sum, weight) => sum + weight, 0);
  const size = height * width;
  /** What each scale has, for each channel. */
  const parts = weights.map(() => new Float64Array(channels));
  for (let c = 0; c < channels; c++) {
    const plane = (pixels: Uint8Array): Plane => {
      return { height, width, values: Float64Array.from(pixels.subarray(c * size, (c + 1) * size)) };
    };
    let [x, y] = [plane(one), plane(other)];
    for (const [scale, part] of parts.entries()) {
      const { whole, structure } = compare(x, y, window);
      const last = scale === scales - 1;
      part[c] = last ? whole : structure;
      if (!last) [x, y] = [halved(x), halved(y)];
    }
  }
  const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value / values.length, 0);
  const product = (of: (part: Float64Array) => number) =>
    parts.reduce((all, part, scale) => all * Math.max(of(part), 0) ** (weights[scale]! / sumOfWeights), 1);
  const value =
    compared === 'together'
      ? product(meanOf)
      : meanOf(Float64Array.from(parts[0]!, (_, c) => product((part) => part[c]!)));
  return Math.min(value, 1);
}

/** Means over all windows: of luminance, contrast and structure, and of contrast and structure alone. */
function compare(x: Plane, y: Plane, window: Float64Array): { whole: number; structure: number } {
  const product = (a: Plane, b: Plane): Plane => ({ ...a, values: a.values.map((value, i) => value * b.values[i]!) });
  const [mx, my] = [smooth(x, window), smooth(y, window)];
  const [xx, yy, xy] = [product(x, x), product(y, y), product(x, y)].map((plane) => smooth(plane, window));
  let [whole, structure] = [0, 0];
  for (let i = 0; i < mx.length; i++) {
    const [a, b] = [mx[i]!, my[i]!];
    const spread = xx![i]! - a * a + yy![i]! - b * b;
    const part = (2 * (xy![i]! - a * b) + C2) / (spread + C2);
    structure += part;
    whole += (part * (2 * a * b + C1)) / (a * a + b * b + C1);
  }
  return { whole: whole / mx.length, structure: structure / mx.length };
}

/** Means weighted by the window, along rows and then along columns, where all of it fits. */
function smooth({ height, width, values }: Plane, window: Float64Array): Float64Array {
  const side = window.length;
  const [high, wide] = [height - side + 1, width - side + 1];
  const rows = new Float64Array(height * wide);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < wide; column++) {
      let sum = 0;
      for (let k = 0; k < side; k++) sum += window[k]! * values[row * width + column + k]!;
      rows[row * wide + column] = sum;
    }
  }
  const both = new Float64Array(high * wide);
  for (let at = 0; at < both.length; at++) {
    let sum = 0;
    for (let k = 0; k < side; k++) sum += window[k]! * rows[at + k * wide]!;
    both[at] = sum;
  }
  return both;
}

/** Means of 2 x 2 pixels. */
function halved({ height, width, values }: Plane): Plane {
  const [high, wide] = [Math.floor(height / 2), Math.floor(width / 2)];
  const means = new Float64Array(high * wide);
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      const at = 2 * row * width + 2 * column;
      means[row * wide + column] = (values[at]! + values[at + 1]! + values[at + width]! + values[at + width + 1]!) / 4;
    }
  }
  return { height: high, width: wide, values: means };
}

/** @param side odd */
function gaussianWindow(side: number): Float64Array {
  const middle = (side - 1) / 2;
  const weights = Float64Array.from({ length: side }, (_, i) => Math.exp(-((i - middle) ** 2) / (2 * DEVIATION ** 2)));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / all);
}
