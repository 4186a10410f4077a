/** Whether two pictures that know where they lie show the same place: pixel on pixel, or the same field at two resolutions. */
import type { Origin, Place } from '@onnoise/base/pictures';

type Vector = readonly number[];

/** Parts of a pixel by which corners of two pictures may lie apart: files round their places. */
const NEAR = 0.1;

/**
 * Parts of the larger pixel by which fields of view may differ: an edge by a whole one, since the sides of what is resampled are
 * rounded up to whole pixels, and the middle by half of one, which is what tools move it that keep the centre of the first pixel.
 * A slice may lie half of the thicker one away. A hundredth more is rounding.
 */
const EDGE = 1.01;
const MIDDLE = 0.51;

/** A grid of pixels in space. */
interface Grid {
  /** Centres of the outermost pixels, top left, top right and bottom left. */
  corners: readonly [Vector, Vector, Vector];
  /** Millimetres from the centre of a pixel to that of the next, along the rows and down. */
  steps: readonly [Vector, Vector];
  thickness: number | undefined;
}

/**
 * Millimetres between corners that should be the same; undefined where they are, and where that cannot be told. Where one does
 * not name its space, both are taken to count in the same.
 */
export function cornersApart(one: Origin, other: Origin): number | undefined {
  const [a, b] = [one.place, other.place];
  if (!a || !b || (a.space !== undefined && b.space !== undefined && a.space !== b.space)) return undefined;
  const most = Math.max(...a.corners.map((corner, i) => length(minus(corner, b.corners[i]!))));
  return most <= NEAR * Math.min(...gridOf(one, a).steps.map(length)) ? undefined : rounded(most);
}

/**
 * Whether a picture shows what its image does, by the outer edges of both; or how far it does not, in words. Their pixels may
 * differ in size; rows and columns must lead the same way. Unknown where one does not name its space, or both name two.
 */
export function compareViews(other: Origin, image: Origin): 'same' | 'unknown' | { apart: string } {
  const [space, second] = [image.place?.space, other.place?.space];
  if (space === undefined || space !== second) return 'unknown';
  const [a, b] = [gridOf(other, other.place!), gridOf(image, image.place!)];
  if (![...a.steps, ...b.steps].every((step) => length(step) > 0 && length(step) < Infinity)) return 'unknown';
  const edges = edgesOf(b);
  const offsets = edgesOf(a).map((edge, i) => minus(edge, edges[i]!));
  const [across, down] = b.steps.map((step) => times(step, 1 / length(step))) as [Vector, Vector];
  const pixels = [0, 1].map((i) => Math.max(length(a.steps[i]!), length(b.steps[i]!)));
  const thickness = Math.max(a.thickness ?? 0, b.thickness ?? 0) || Math.max(...pixels);
  const most = (direction: Vector) => Math.max(...offsets.map((offset) => Math.abs(dot(offset, direction))));
  const middle = (direction: Vector) =>
    Math.abs(offsets.reduce((sum, offset) => sum + dot(offset, direction), 0)) / offsets.length;
  const within = [across, down].every(
    (direction, i) => most(direction) <= EDGE * pixels[i]! && middle(direction) <= MIDDLE * pixels[i]!,
  );
  const away = most(cross(across, down));
  if (away > MIDDLE * thickness) return { apart: `up to ${rounded(away)} mm before or behind it` };
  return within ? 'same' : { apart: `by up to ${rounded(Math.max(...offsets.map(length)))} mm at an edge` };
}

function gridOf({ width, height }: Origin, place: Place): Grid {
  const corners = place.corners as Place['corners'] & Grid['corners'];
  const [topLeft, topRight, bottomLeft] = corners;
  const steps = [
    times(minus(topRight, topLeft), 1 / Math.max(1, width - 1)),
    times(minus(bottomLeft, topLeft), 1 / Math.max(1, height - 1)),
  ] as const;
  return { corners, steps, thickness: place.thickness };
}

/** The four outer corners: half a pixel outside of the centres. */
function edgesOf({ corners: [topLeft, topRight, bottomLeft], steps: [across, down] }: Grid): Vector[] {
  const bottomRight = plus(topRight, minus(bottomLeft, topLeft));
  const moved = (corner: Vector, x: number, y: number) => plus(plus(corner, times(across, x / 2)), times(down, y / 2));
  return [moved(topLeft, -1, -1), moved(topRight, 1, -1), moved(bottomLeft, -1, 1), moved(bottomRight, 1, 1)];
}

const plus = (a: Vector, b: Vector): Vector => a.map((at, i) => at + b[i]!);
const minus = (a: Vector, b: Vector): Vector => a.map((at, i) => at - b[i]!);
const times = (a: Vector, factor: number): Vector => a.map((at) => at * factor);
const dot = (a: Vector, b: Vector): number => a.reduce((sum, at, i) => sum + at * b[i]!, 0);
const length = (a: Vector): number => Math.hypot(...a);
const cross = ([a, b, c]: Vector, [d, e, f]: Vector): Vector => [
  b! * f! - c! * e!,
  c! * d! - a! * f!,
  a! * e! - b! * d!,
];
const rounded = (millimetres: number): number => Number(millimetres.toPrecision(2));
