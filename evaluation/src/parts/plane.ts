/**
 * A picture as the sums of its gray values, of which the means of any rectangle's cells are read: also between pixels, where a pixel
 * counts by the share of it that lies inside.
 */
import type { ImageSet } from '../sets/types.ts';

/** Deviations below this many of 256 levels are not stretched: they are noise. */
export const LEAST_DEVIATION = 2;

export interface Plane {
  rows: number;
  columns: number;
  /** [rows + 1, columns + 1]: of all pixels above and to the left, all channels. */
  sums: Float64Array;
  channels: number;
}

/** In pixels, from the upper left corner of the picture. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

export function planeOf({ shape: [channels, rows, columns], pixels }: ImageSet, image: number): Plane {
  const stride = columns + 1;
  const sums = new Float64Array((rows + 1) * stride);
  const plane = rows * columns;
  for (let y = 0; y < rows; y++) {
    let line = 0;
    for (let x = 0; x < columns; x++) {
      const at = image * channels * plane + y * columns + x;
      for (let channel = 0; channel < channels; channel++) line += pixels[at + channel * plane]!;
      sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1]! + line;
    }
  }
  return { rows, columns, sums, channels };
}

/** Most cells a side. */
const MOST_CELLS = 16;
// Kept, since this runs millions of times.
const befores = new Int32Array(MOST_CELLS + 1);
const rights = new Float64Array(MOST_CELLS + 1);
const corners = new Float64Array((MOST_CELLS + 1) ** 2);

/**
 * The means of `side` x `side` equal cells of a rectangle, brought to mean 0 and length 1; shorter for what is nearly flat. So the
 * product of two of them is their correlation.
 * @param side at most 16
 * @param out [side x side]
 */
export function cellsOf(plane: Plane, rectangle: Rectangle, side: number, out: Float32Array): void {
  const { rows, columns, sums, channels } = plane;
  const stride = columns + 1;
  const [wide, tall] = [rectangle.width / side, rectangle.height / side];
  const edges = side + 1;
  for (let i = 0; i < edges; i++) {
    const x = Math.min(rectangle.left + i * wide, columns);
    const before = Math.min(Math.floor(x), columns - 1);
    befores[i] = before;
    rights[i] = x - before;
  }
  for (let j = 0, to = 0; j < edges; j++) {
    const y = Math.min(rectangle.top + j * tall, rows);
    const above = Math.min(Math.floor(y), rows - 1);
    const low = y - above;
    for (let i = 0; i < edges; i++, to++) {
      const at = above * stride + befores[i]!;
      const right = rights[i]!;
      const upper = sums[at]! + right * (sums[at + 1]! - sums[at]!);
      const lower = sums[at + stride]! + right * (sums[at + stride + 1]! - sums[at + stride]!);
      corners[to] = upper + low * (lower - upper);
    }
  }
  const count = side * side;
  const area = wide * tall * channels;
  let [sum, squares] = [0, 0];
  for (let j = 0, to = 0; j < side; j++) {
    for (let i = 0; i < side; i++, to++) {
      const at = j * edges + i;
      const mean = (corners[at]! + corners[at + edges + 1]! - corners[at + 1]! - corners[at + edges]!) / area;
      out[to] = mean;
      sum += mean;
      squares += mean * mean;
    }
  }
  const middle = sum / count;
  const deviation = Math.max(Math.sqrt(Math.max(squares / count - middle * middle, 0)), LEAST_DEVIATION);
  const scale = 1 / (deviation * Math.sqrt(count));
  for (let i = 0; i < count; i++) out[i] = (out[i]! - middle) * scale;
}
