/** From a rectangle to a square: the arithmetic of `crop` and `pad`, and the copying of pixels. */
import type { ImageOptions } from './types.ts';

/** Longest side over shortest that a crop resizes whole; a longer strip is cut to its middle first, to bound memory. */
const LONGEST_CROP = 8;

export interface SquarePlan {
  /** The part of the picture to read, in its own pixels; absent when it is the whole. */
  extract?: { left: number; top: number; width: number; height: number };
  /** What the part is resized to: shortest side = size for `crop`, longest side = size for `pad`. */
  width: number;
  height: number;
}

/** Plans how a picture of `width` x `height` pixels becomes a square of `size`, keeping its proportions. */
export function planSquare(width: number, height: number, size: number, fit: ImageOptions['fit']): SquarePlan {
  const shortest = Math.min(width, height);
  const scale = size / (fit === 'crop' ? shortest : Math.max(width, height));
  const scaled = (side: number) => Math.max(1, Math.round(side * scale));
  if (fit === 'pad' || Math.max(width, height) <= LONGEST_CROP * shortest) {
    return { width: scaled(width), height: scaled(height) };
  }
  const w = Math.min(width, LONGEST_CROP * shortest);
  const h = Math.min(height, LONGEST_CROP * shortest);
  const extract = { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
  return { extract, width: scaled(w), height: scaled(h) };
}

/**
 * Centres an interleaved picture [height, width, channels] on a square [size, size, channels]: what is larger is cut,
 * what is smaller is surrounded by `background` (a level).
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
  const left = Math.floor((size - width) / 2); // negative: columns to cut
  const top = Math.floor((size - height) / 2);
  const columns = Math.min(width, size);
  const rows = Math.min(height, size);
  for (let row = 0; row < rows; row++) {
    const from = ((row + Math.max(0, -top)) * width + Math.max(0, -left)) * channels;
    const to = ((row + Math.max(0, top)) * size + Math.max(0, left)) * channels;
    out.set(pixels.subarray(from, from + columns * channels), to);
  }
  return out;
}
