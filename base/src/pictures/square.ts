/**
 * From a rectangle to a square: the arithmetic of `crop`, `pad` and `stretch`, and the copying of pixels.
 *
 * `crop` has the geometry of torchvision's `Resize(size)` and `CenterCrop(size)`: the shortest side becomes the size, the
 * other is rounded down, and an offset of half a pixel is rounded to the even number.
 * Source: torchvision 0.28, transforms/functional.py, `_compute_resized_output_size` and `center_crop`.
 */
import type { Fit } from './types.ts';

/** A crop of a picture longer than this, longest side over shortest, is cut to its middle first, to bound memory. */
const LONGEST_CROP = 8;

export interface SquarePlan {
  /** The part of the picture to read, in its own pixels; absent for the whole. */
  extract?: { left: number; top: number; width: number; height: number };
  /** What the part is resized to: shortest side = size for `crop`, longest for `pad`, both for `stretch`. */
  width: number;
  height: number;
}

/**
 * Plans how a picture of `width` x `height` pixels becomes a square of `size`: `crop` keeps the middle and `pad` the
 * whole picture, both in proportion; `stretch` keeps the whole picture but not its proportions.
 */
export function planSquare(width: number, height: number, size: number, fit: Fit): SquarePlan {
  if (fit === 'stretch') return { width: size, height: size };
  const [shortest, longest] = width < height ? [width, height] : [height, width];
  if (fit === 'pad') {
    const scaled = (side: number) => Math.max(1, Math.round((size * side) / longest));
    return { width: scaled(width), height: scaled(height) };
  }
  const scaled = (side: number) => Math.trunc((size * side) / shortest);
  if (longest <= LONGEST_CROP * shortest) return { width: scaled(width), height: scaled(height) };
  const w = Math.min(width, LONGEST_CROP * shortest);
  const h = Math.min(height, LONGEST_CROP * shortest);
  const extract = { left: halfEven(width - w), top: halfEven(height - h), width: w, height: h };
  return { extract, width: scaled(w), height: scaled(h) };
}

/** n/2 for an integer, with halves rounded to the even number. */
function halfEven(n: number): number {
  const half = Math.floor(n / 2);
  return n % 2 === 0 || half % 2 === 0 ? half : half + 1;
}

/**
 * Centres an interleaved picture [height, width, channels] on a square [size, size, channels]: cuts larger sides, and
 * surrounds smaller ones with `background` (a level).
 */
export function centreOnSquare(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: number,
  size: number,
  background: number,
): Uint8Array {
  if (width === size && height === size) return pixels;
  const out = new Uint8Array(size * size * channels).fill(background);
  const cut = (side: number) => halfEven(Math.max(0, side - size));
  const border = (side: number) => Math.floor(Math.max(0, size - side) / 2);
  const columns = Math.min(width, size);
  const rows = Math.min(height, size);
  for (let row = 0; row < rows; row++) {
    const from = ((row + cut(height)) * width + cut(width)) * channels;
    const to = ((row + border(height)) * size + border(width)) * channels;
    out.set(pixels.subarray(from, from + columns * channels), to);
  }
  return out;
}
