/**
 * From a picture of any proportions to one of a fixed size: the arithmetic of `crop`, `pad` and `stretch`, and the copying of pixels.
 *
 * On squares `crop` has the geometry of torchvision's `Resize(size)` and `CenterCrop(size)`: the shortest side becomes the size,
 * the other is rounded down, and an offset of half a pixel is rounded to the even number.
 * Source: torchvision 0.28, transforms/functional.py, `_compute_resized_output_size` and `center_crop`.
 */
import type { Extent } from '@onnoise/scheduler/model';
import type { Fit } from './types.ts';

/** A crop of a picture that is this many times as long as it needs to be is cut to its middle first, to bound memory. */
const LONGEST_CROP = 8;

export interface FitPlan {
  /** The part of the picture to read, in its own pixels; absent for the whole. */
  extract?: { left: number; top: number; width: number; height: number };
  /** What the part is resized to: it covers the wanted size for `crop`, lies within it for `pad`, and is it for `stretch`. */
  width: number;
  height: number;
}

/**
 * Plans how a picture of `width` x `height` pixels becomes one of the wanted size: `crop` keeps the middle and `pad` the
 * whole picture, both in proportion; `stretch` keeps the whole picture but not its proportions.
 */
export function planFit(width: number, height: number, wanted: Extent, fit: Fit): FitPlan {
  if (fit === 'stretch') return { width: wanted.width, height: wanted.height };
  // The picture is wider than wanted, in proportion.
  const wide = width * wanted.height > wanted.width * height;
  if (fit === 'pad') {
    const scaled = (side: number) =>
      Math.max(1, Math.round(wide ? (wanted.width * side) / width : (wanted.height * side) / height));
    return { width: scaled(width), height: scaled(height) };
  }
  const scaled = (side: number) => Math.trunc(wide ? (wanted.height * side) / height : (wanted.width * side) / width);
  const most = wide
    ? { width: Math.ceil((LONGEST_CROP * height * wanted.width) / wanted.height), height }
    : { width, height: Math.ceil((LONGEST_CROP * width * wanted.height) / wanted.width) };
  if (width <= most.width && height <= most.height) return { width: scaled(width), height: scaled(height) };
  const extract = { left: halfEven(width - most.width), top: halfEven(height - most.height), ...most };
  return { extract, width: scaled(most.width), height: scaled(most.height) };
}

/** n/2 for an integer, with halves rounded to the even number. */
function halfEven(n: number): number {
  const half = Math.floor(n / 2);
  return n % 2 === 0 || half % 2 === 0 ? half : half + 1;
}

/**
 * Centres an interleaved picture [height, width, channels] on one of the wanted size: cuts larger sides, and surrounds smaller
 * ones with `background` (a level).
 */
export function centreOn<T extends Uint8Array | Uint16Array>(
  wanted: Extent,
  pixels: T,
  { width, height }: Extent,
  channels: number,
  background: number,
): T {
  if (width === wanted.width && height === wanted.height) return pixels;
  const out = new (pixels.constructor as new (length: number) => T)(wanted.width * wanted.height * channels);
  out.fill(background);
  const cut = (side: number, into: number) => halfEven(Math.max(0, side - into));
  const border = (side: number, into: number) => Math.floor(Math.max(0, into - side) / 2);
  const columns = Math.min(width, wanted.width);
  const rows = Math.min(height, wanted.height);
  const [left, top] = [cut(width, wanted.width), cut(height, wanted.height)];
  const [x, y] = [border(width, wanted.width), border(height, wanted.height)];
  for (let row = 0; row < rows; row++) {
    const from = ((row + top) * width + left) * channels;
    const to = ((row + y) * wanted.width + x) * channels;
    out.set(pixels.subarray(from, from + columns * channels), to);
  }
  return out;
}
