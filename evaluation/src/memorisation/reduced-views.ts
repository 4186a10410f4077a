/**
 * Reduced pictures: one gray value for each whole square of pixels, brought to mean 0 and deviation 1. The sums of all
 * squares of a picture are made once; each orientation and place picks its own among them.
 */
import { LEAST_DEVIATION } from '../parts/index.ts';
import type { ImageSet } from '../sets/types.ts';
import type { Geometry } from './geometry.ts';
import type { NearestSearch, Rows } from './nearest.ts';
import { newPlaces, orientationsOf } from './orientations.ts';

/** The middles of training images. */
export function reducedKeys({ pixels, count }: ImageSet, geometry: Geometry): Rows {
  const squares = middleSquares(geometry);
  const values = new Float32Array(count * squares.length);
  for (let i = 0; i < count; i++) {
    reduce(
      sumsOf(pixels, i, geometry),
      squares,
      geometry,
      values.subarray(i * squares.length, (i + 1) * squares.length),
    );
  }
  return { count, width: squares.length, values };
}

/** The parts of pictures that middles in all orientations lie on, at some of the places. */
export function reducedViews({ pixels, shape }: ImageSet, geometry: Geometry): Pick<NearestSearch, 'views' | 'fill'> {
  const middle = middleSquares(geometry);
  const [down, right] = cornersOf(geometry);
  const offsets = coarseOffsets(geometry);
  const views = orientationsOf(shape).flatMap((orientation) => {
    const places = newPlaces(orientation, [1, down, right]);
    return offsets.flatMap((y) => offsets.map((x) => middle.map((corner) => places[corner]! + y * right + x)));
  });
  const { length } = middle;
  return {
    views: views.length,
    fill(first, count, out) {
      for (let i = 0; i < count; i++) {
        const sums = sumsOf(pixels, first + i, geometry);
        for (const [view, squares] of views.entries()) {
          const at = (view * count + i) * length;
          reduce(sums, squares, geometry, out.subarray(at, at + length));
        }
      }
    },
  };
}

/** How far places are moved along an axis: no shift is further from one than a quarter of a square. */
function coarseOffsets({ margin, cell }: Geometry): number[] {
  const step = cell < 4 ? 1 : 2;
  const most = cell < 8 ? Math.floor(margin / step) : 0;
  return Array.from({ length: 2 * most + 1 }, (_, i) => step * (i - most));
}

/** How many upper left corners squares have, down and to the right. They lie as the pixels of an image do. */
const cornersOf = ({ rows, columns, cell }: Geometry) => [rows - cell + 1, columns - cell + 1] as const;

/** Corners of the whole squares of the middle; what is left at the right and the bottom is not looked at. */
function middleSquares(geometry: Geometry): Uint32Array {
  const { margin, height, width, cell } = geometry;
  const [, right] = cornersOf(geometry);
  const across = Math.floor(width / cell);
  return Uint32Array.from({ length: across * Math.floor(height / cell) }, (_, i) => {
    return (margin + cell * Math.floor(i / across)) * right + margin + cell * (i % across);
  });
}

/** The sum of all channels of each square, by its corner. */
function sumsOf(pixels: Uint8Array, image: number, geometry: Geometry): Uint32Array {
  const { channels, rows, columns, cell } = geometry;
  const [down, right] = cornersOf(geometry);
  const lines = new Uint32Array(rows * right); // of `cell` pixels
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < rows; y++) {
      const from = ((image * channels + channel) * rows + y) * columns;
      for (let x = 0; x < right; x++) {
        let sum = 0;
        for (let i = 0; i < cell; i++) sum += pixels[from + x + i]!;
        lines[y * right + x]! += sum;
      }
    }
  }
  return Uint32Array.from({ length: down * right }, (_, at) => {
    let sum = 0;
    for (let i = 0; i < cell; i++) sum += lines[at + i * right]!;
    return sum;
  });
}

function reduce(sums: Uint32Array, squares: Uint32Array, { channels, cell }: Geometry, out: Float32Array): void {
  const pixels = channels * cell * cell;
  let [sum, total] = [0, 0];
  for (let i = 0; i < out.length; i++) {
    const value = sums[squares[i]!]! / pixels;
    out[i] = value;
    sum += value;
    total += value * value;
  }
  const mean = sum / out.length;
  const deviation = Math.max(Math.sqrt(Math.max(total / out.length - mean * mean, 0)), LEAST_DEVIATION);
  for (let i = 0; i < out.length; i++) out[i] = (out[i]! - mean) / deviation;
}
