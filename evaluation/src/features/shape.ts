/**
 * How a feature network sees images of any shape: at most 128 pixels a side, cut into patches so that at most 32 x 32 of
 * them go on, bordered so that two levels of stride 2 divide the rest.
 */
import type { ImageShape } from '@onnoise/scheduler/model';

/** Longest side that is looked at; longer images are made smaller. */
const LONGEST = 128;
/** Most patches a side. */
const MOST_PATCHES = 32;
/** What the network's convolutions divide the patches by. */
const STRIDE = 4;

export interface SeenShape {
  /** [C, H, W] of the network's input. */
  input: ImageShape;
  /** Side of a patch, pixels: 1, 2 or 4. */
  patch: number;
  /** Patches in a column and in a row, border included. */
  rows: number;
  columns: number;
}

/** @param shape of the data's images */
export function seenShape([channels, height, width]: ImageShape): SeenShape {
  const longest = Math.max(height, width);
  const shrink = Math.min(1, LONGEST / longest);
  const side = (pixels: number) => Math.max(1, Math.round(pixels * shrink));
  let patch = 1;
  while (longest * shrink > MOST_PATCHES * patch) patch *= 2;
  const patches = (pixels: number) => STRIDE * Math.ceil(side(pixels) / (STRIDE * patch));
  return {
    input: [channels, side(height), side(width)],
    patch,
    rows: patches(height),
    columns: patches(width),
  };
}
