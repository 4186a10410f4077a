/**
 * The nearest training images by their pixels, after small shifts and, if asked for, a mirror.
 *
 * The middle of a training image, without a margin of `shift` pixels, is laid on all places of the picture. Both are
 * brought to mean 0 and deviation 1, so that a change of brightness or contrast does not hide a copy; their distance is
 * the root mean square difference, sqrt(2 - 2r) of their correlation r. Sums of bytes are exact in float64.
 *
 * Candidates come from reduced pictures, one gray value for a square of pixels, at some of the places: so the exact
 * distances are measured for a few training images only.
 */
import type { ImageSet } from '../types.ts';
import { nearestKeys, type Rows, type Watch } from './nearest.ts';
import { type Move, measureFound, NEIGHBOURS, type Neighbours } from './neighbours.ts';

/** Most pixels that a copy may be moved along an axis. */
const MOST_SHIFT = 2;
/** Side of reduced pictures, at most. */
const REDUCED = 16;
/** Deviations below this many of 256 levels are not stretched: they are noise. */
const LEAST_DEVIATION = 2;

/** Pixels that images of this shape are moved at most: an eighth of the smaller side, up to two. */
export const shiftOf = ([, height, width]: ImageSet['shape']): number =>
  Math.min(MOST_SHIFT, Math.floor(Math.min(height, width) / 8));

/** A part of all images that is compared: `height` x `width` pixels at a place of its own in each. */
interface Geometry {
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

/** @param training of the same shape, at least one */
export async function pixelNeighbours(
  pictures: ImageSet,
  training: ImageSet,
  flip: boolean,
  watch: Watch = {},
): Promise<Neighbours> {
  const geometry = geometryOf(pictures.shape);
  const { margin } = geometry;
  const views = flip ? [pictures.pixels, mirror(pictures)] : [pictures.pixels];
  const coarse = coarsePlaces(geometry);
  const places = coarse.flatMap((top) => coarse.map((left) => [top, left] as const));
  const keys = reduceAll(training.pixels, training.count, geometry, margin, margin);
  const found = await nearestKeys({
    ...watch,
    count: pictures.count,
    views: views.length * places.length,
    fill(first, count, out) {
      let at = 0;
      for (const view of views) {
        for (const [top, left] of places) {
          for (let i = first; i < first + count; i++, at += keys.width) {
            reduce(view, i, geometry, top, left, out.subarray(at, at + keys.width));
          }
        }
      }
    },
    keys,
    neighbours: Math.min(NEIGHBOURS, training.count),
  });
  const compare = comparer(views, training, geometry);
  return measureFound(found, pictures.count, compare);
}

function geometryOf(shape: ImageSet['shape']): Geometry {
  const [channels, rows, columns] = shape;
  const margin = shiftOf(shape);
  const [height, width] = [rows - 2 * margin, columns - 2 * margin];
  const cell = Math.ceil(Math.max(height, width) / REDUCED);
  return { channels, rows, columns, margin, height, width, pixels: channels * height * width, cell };
}

/** Places along an axis that reduced pictures are compared at: no shift is further from one than a quarter of a square. */
function coarsePlaces({ margin, cell }: Geometry): number[] {
  const step = cell < 4 ? 1 : 2;
  const most = cell < 8 ? Math.floor(margin / step) : 0;
  return Array.from({ length: 2 * most + 1 }, (_, i) => margin + step * (i - most));
}

function mirror({ pixels, shape: [, , columns] }: ImageSet): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let start = 0; start < pixels.length; start += columns) {
    for (let x = 0; x < columns; x++) out[start + x] = pixels[start + columns - 1 - x]!;
  }
  return out;
}

function reduceAll(pixels: Uint8Array, count: number, geometry: Geometry, top: number, left: number): Rows {
  const { height, width, cell } = geometry;
  const size = Math.ceil(height / cell) * Math.ceil(width / cell);
  const values = new Float32Array(count * size);
  for (let i = 0; i < count; i++) reduce(pixels, i, geometry, top, left, values.subarray(i * size, (i + 1) * size));
  return { count, width: size, values };
}

/** The means of squares of pixels over all channels, brought to mean 0 and deviation 1. */
function reduce(
  pixels: Uint8Array,
  image: number,
  { channels, rows, columns, height, width, cell }: Geometry,
  top: number,
  left: number,
  out: Float32Array,
): void {
  const across = Math.ceil(width / cell);
  out.fill(0);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      const from = ((image * channels + channel) * rows + top + y) * columns + left;
      const to = Math.floor(y / cell) * across;
      for (let x = 0; x < width; x++) out[to + ((x / cell) | 0)]! += pixels[from + x]!;
    }
  }
  let [sum, squares] = [0, 0];
  for (let i = 0; i < out.length; i++) {
    // The last row and column of squares may be cut.
    const tall = Math.min(cell, height - Math.floor(i / across) * cell);
    const wide = Math.min(cell, width - (i % across) * cell);
    const value = out[i]! / (channels * tall * wide);
    out[i] = value;
    sum += value;
    squares += value * value;
  }
  const mean = sum / out.length;
  const deviation = Math.max(Math.sqrt(Math.max(squares / out.length - mean * mean, 0)), LEAST_DEVIATION);
  for (let i = 0; i < out.length; i++) out[i] = (out[i]! - mean) / deviation;
}

/** The exact distance of a picture and a training image, the least of all places. */
function comparer(views: readonly Uint8Array[], training: ImageSet, geometry: Geometry) {
  const { channels, rows, columns, margin, pixels } = geometry;
  const size = channels * rows * columns;
  const steps = 2 * margin + 1;
  const middles = Array.from({ length: training.count }, (_, i) =>
    momentsAt(training.pixels, i * size, margin, margin, geometry),
  );
  let current = -1;
  let moments: Moments[] = [];
  return (picture: number, image: number): { distance: number; move: Move } => {
    if (picture !== current) {
      current = picture;
      moments = views.flatMap((view) =>
        Array.from({ length: steps * steps }, (_, place) =>
          momentsAt(view, picture * size, Math.floor(place / steps), place % steps, geometry),
        ),
      );
    }
    const middle = middles[image]!;
    let [least, best] = [Infinity, 0];
    for (let place = 0; place < moments.length; place++) {
      const view = views[Math.floor(place / (steps * steps))]!;
      const here = moments[place]!;
      const top = Math.floor(place / steps) % steps;
      const product = productAt(view, picture * size, top, place % steps, training.pixels, image * size, geometry);
      const covariance = (product - (here.sum * middle.sum) / pixels) / pixels;
      const square =
        here.variance / here.deviation ** 2 +
        middle.variance / middle.deviation ** 2 -
        (2 * covariance) / (here.deviation * middle.deviation);
      if (square < least) [least, best] = [square, place];
    }
    const mirrored = best >= steps * steps;
    const right = (best % steps) - margin;
    const down = (Math.floor(best / steps) % steps) - margin;
    // What lies to the right in a mirrored picture lies to the left in the picture.
    const shift = [mirrored ? -right || 0 : right, down] as const;
    return { distance: Math.sqrt(Math.max(least, 0)), move: { shift, mirrored } };
  };
}

interface Moments {
  sum: number;
  variance: number;
  deviation: number;
}

function momentsAt(bytes: Uint8Array, start: number, top: number, left: number, geometry: Geometry): Moments {
  const { channels, rows, columns, height, width, pixels } = geometry;
  let [sum, squares] = [0, 0];
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      const from = start + (channel * rows + top + y) * columns + left;
      for (let at = from, end = from + width; at < end; at++) {
        const value = bytes[at]!;
        sum += value;
        squares += value * value;
      }
    }
  }
  const variance = Math.max((squares - (sum * sum) / pixels) / pixels, 0);
  return { sum, variance, deviation: Math.max(Math.sqrt(variance), LEAST_DEVIATION) };
}

/** Sum of the products of the picture's part at a place and the middle of the training image. */
function productAt(
  picture: Uint8Array,
  start: number,
  top: number,
  left: number,
  training: Uint8Array,
  other: number,
  { channels, rows, columns, margin, height, width }: Geometry,
): number {
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      let a = start + (channel * rows + top + y) * columns + left;
      let b = other + (channel * rows + margin + y) * columns + margin;
      let line = 0; // of integers: faster
      for (let end = a + width; a < end; a++, b++) line += picture[a]! * training[b]!;
      sum += line;
    }
  }
  return sum;
}
