/** The part of images that is compared in pixels, and what the search is bound by. */
import type { ImageShape } from '@onnoise/scheduler/model';

/** Most pixels that a copy may be moved along an axis. */
const MOST_SHIFT = 2;
/** Side of reduced pictures, at most. */
const REDUCED = 16;

/** Pixels that images of this shape are moved at most: an eighth of the smaller side, up to two. */
export const shiftOf = ([, height, width]: ImageShape): number =>
  Math.min(MOST_SHIFT, Math.floor(Math.min(height, width) / 8));

/** A part of all images that is compared: `height` x `width` pixels at a place of its own in each. */
export interface Geometry {
  channels: number;
  /** Of the whole image. */
  rows: number;
  columns: number;
  margin: number;
  /** Of the part. */
  height: number;
  width: number;
  /** Pixels of the part, all channels. */
  pixels: number;
  /** Side of the squares of pixels that become one value of a reduced picture. */
  cell: number;
}

export function geometryOf(shape: ImageShape): Geometry {
  const [channels, rows, columns] = shape;
  const margin = shiftOf(shape);
  const [height, width] = [rows - 2 * margin, columns - 2 * margin];
  const cell = Math.min(Math.ceil(Math.max(height, width) / REDUCED), height, width);
  return { channels, rows, columns, margin, height, width, pixels: channels * height * width, cell };
}
