/**
 * The nearest training images by their pixels, after mirrors, quarter turns, inversion and small shifts.
 *
 * The middle of a training image, without a margin of `shift` pixels, is laid on all places of the picture in all
 * orientations. Both are brought to mean 0 and deviation 1, so that a change of brightness or contrast does not hide a
 * copy; their distance is the root mean square difference, sqrt(2 - 2|r|) of their correlation r, which is below 0 where
 * one is the negative of the other. Sums of bytes are exact in float64.
 *
 * Candidates come from reduced pictures, one gray value for a square of pixels, at some of the places (reduced-views.ts): so
 * the exact distances are measured for a few training images only.
 */
import { sizeOf } from '@onnoise/scheduler/model';
import { LEAST_DEVIATION } from '../parts/index.ts';
import type { Watch } from '../sets/hooks.ts';
import type { ImageSet } from '../sets/types.ts';
import { type BestLays, openBestLays } from './best-lays.ts';
import { type Geometry, geometryOf } from './geometry.ts';
import { nearestKeys } from './nearest.ts';
import { type Measure, type Measured, measureFound, NEIGHBOURS, type Neighbours } from './neighbours.ts';
import { newPlaces, orientationsOf } from './orientations.ts';
import { reducedKeys, reducedViews } from './reduced-views.ts';

/** @param training of the same shape, at least one */
export async function pixelNeighbours(pictures: ImageSet, training: ImageSet, watch: Watch = {}): Promise<Neighbours> {
  const geometry = geometryOf(pictures.shape);
  const found = await nearestKeys({
    ...watch,
    count: pictures.count,
    ...reducedViews(pictures, geometry),
    inverted: true,
    keys: reducedKeys(training, geometry),
    neighbours: Math.min(NEIGHBOURS, training.count),
  });
  const best = await openBestLays(geometry.pixels, orientationsOf(pictures.shape).length);
  try {
    return await measureFound(found, pictures.count, measurer(pictures, training, geometry, best), watch.signal);
  } finally {
    await best.release();
  }
}

/** The exact distances of a picture to training images, the least of all orientations and places. */
function measurer(pictures: ImageSet, training: ImageSet, geometry: Geometry, best: BestLays): Measure {
  const { channels, height, width, margin, pixels } = geometry;
  const size = sizeOf(pictures.shape);
  const orientations = orientationsOf(pictures.shape);
  const lays = orientations.map((orientation) => newPlaces(orientation, [channels, height, width]));
  const steps = 2 * margin + 1;
  const places = Array.from({ length: steps * steps }, (_, i) => [Math.floor(i / steps), i % steps] as const);
  const parts = new Float32Array(places.length * pixels);
  return async (picture, images) => {
    const bytes = places.map(([top, left], i) => {
      const part = partAt(pictures.pixels, picture * size, top, left, geometry);
      standardise(part, parts.subarray(i * pixels, (i + 1) * pixels));
      return part;
    });
    const middles = Array.from(images, (image) => partAt(training.pixels, image * size, margin, margin, geometry));
    const laid = new Float32Array(orientations.length * middles.length * pixels);
    const plain = new Float32Array(pixels);
    for (const [k, middle] of middles.entries()) {
      standardise(middle, plain);
      for (const [o, lay] of lays.entries()) {
        const out = laid.subarray((o * middles.length + k) * pixels);
        for (let start = 0; start < pixels; start += lay.length) {
          for (let i = 0; i < lay.length; i++) out[start + lay[i]!] = plain[start + i]!;
        }
      }
    }
    const nearest = await best.find(parts, laid);
    return middles.map((middle, k): Measured => {
      const place = Math.floor(nearest[k]! / orientations.length);
      const o = nearest[k]! % orientations.length;
      const [top, left] = places[place]!;
      const { square, inverted } = compare(bytes[place]!, middle, lays[o]!);
      const move = { ...orientations[o]!, shift: [left - margin, top - margin] as const, inverted };
      return { distance: Math.sqrt(Math.max(square, 0)), move };
    });
  };
}

/** A part of an image, all channels, and its moments. */
interface Part {
  bytes: Uint8Array;
  sum: number;
  variance: number;
  deviation: number;
}

function partAt(
  image: Uint8Array,
  start: number,
  top: number,
  left: number,
  { channels, rows, columns, height, width, pixels }: Geometry,
): Part {
  const bytes = new Uint8Array(pixels);
  let [sum, squares, to] = [0, 0, 0];
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      const from = start + (channel * rows + top + y) * columns + left;
      for (let at = from, end = from + width; at < end; at++) {
        const value = image[at]!;
        bytes[to++] = value;
        sum += value;
        squares += value * value;
      }
    }
  }
  const variance = Math.max((squares - (sum * sum) / pixels) / pixels, 0);
  return { bytes, sum, variance, deviation: Math.max(Math.sqrt(variance), LEAST_DEVIATION) };
}

/** Brought to mean 0 and deviation 1. */
function standardise({ bytes, sum, deviation }: Part, out: Float32Array): void {
  const mean = sum / bytes.length;
  for (let i = 0; i < bytes.length; i++) out[i] = (bytes[i]! - mean) / deviation;
}

/** The squared distance of a part and another that is laid, or its negative where that is nearer. */
function compare(a: Part, b: Part, lay: Uint32Array): { square: number; inverted: boolean } {
  const pixels = a.bytes.length;
  let product = 0;
  for (let start = 0; start < pixels; start += lay.length) {
    for (let i = 0; i < lay.length; i++) product += a.bytes[start + lay[i]!]! * b.bytes[start + i]!;
  }
  const covariance = (product - (a.sum * b.sum) / pixels) / pixels;
  const square =
    a.variance / a.deviation ** 2 +
    b.variance / b.deviation ** 2 -
    (2 * Math.abs(covariance)) / (a.deviation * b.deviation);
  return { square, inverted: covariance < 0 };
}
