/** Pictures with one thing taken away, or with one thing left, to find what a classifier goes by. */
import { handOf } from '../../site/views/game/measures/hand-measures.ts';
import { around, frame, type Plane } from '../../site/views/game/measures/ink.ts';

export type View = (plane: Plane) => ArrayLike<number>;

/** Pixels of a side that are made black. */
const MARGIN = 6;

const inHand = (plane: Plane) => {
  const inside = handOf(plane)?.inside;
  return (i: number) => inside?.[i] === 1;
};

/** The hand's box, stretched over the whole picture. */
const filled: View = (plane) => {
  const { width, height, ink } = plane;
  const pixels = handOf(plane)?.pixels ?? [...ink.keys()];
  const [xs, ys] = [pixels.map((i) => i % width), pixels.map((i) => Math.floor(i / width))];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [wide, tall] = [Math.max(...xs) - left, Math.max(...ys) - top];
  return ink.map((_, i) => {
    const x = left + (wide * (i % width)) / (width - 1);
    const y = top + (tall * Math.floor(i / width)) / (height - 1);
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const at = (u: number, v: number) => ink[Math.min(height - 1, row + v) * width + Math.min(width - 1, column + u)]!;
    const [f, g] = [x - column, y - row];
    return (1 - g) * ((1 - f) * at(0, 0) + f * at(1, 0)) + g * ((1 - f) * at(0, 1) + f * at(1, 1));
  });
};

const means: View = (plane) =>
  plane.ink.map((value, i) => {
    const near = [value, ...[...around(plane, i)].map((j) => plane.ink[j]!)];
    return near.reduce((sum, one) => sum + one, 0) / near.length;
  });
const blurred: View = (plane) => means({ ...plane, ink: Float64Array.from(means(plane)) });

const handAlone: View = (plane) => {
  const inside = inHand(plane);
  return plane.ink.map((value, i) => (inside(i) ? value : 0));
};

/** The same histogram for all: the mean of all pictures' sorted levels. */
function sameLevels(all: readonly Plane[]): View {
  const common = new Float64Array(all[0]!.ink.length);
  for (const { ink } of all) for (const [rank, value] of ink.toSorted().entries()) common[rank]! += value / all.length;
  return ({ ink }) => {
    const order = [...ink.keys()].sort((a, b) => ink[a]! - ink[b]! || a - b);
    const levels = new Float64Array(ink.length);
    for (const [rank, i] of order.entries()) levels[i] = common[rank]!;
    return levels;
  };
}

/** By what is left of the pictures. @param all pictures of both kinds */
export function viewsOf(all: readonly Plane[]): Readonly<Record<string, View>> {
  const levelled = sameLevels(all);
  return {
    'the pictures as they are': ({ ink }) => ink,
    'without exposure: the same levels in all': levelled,
    'without place and size: the hand stretched over the picture': filled,
    'without fine detail: blurred by two pixels': blurred,
    'without the outermost 6 pixels': (plane) => {
      const edge = new Set(frame(plane, MARGIN));
      return plane.ink.map((value, i) => (edge.has(i) ? 0 : value));
    },
    'without background, frame and marker: the hand alone': handAlone,
    'levels alone: pixels in order': ({ ink }) => ink.toSorted(),
    'outline of the hand alone': (plane) => plane.ink.map((_, i) => (inHand(plane)(i) ? 255 : 0)),
    'background, frame and marker alone: no hand': (plane) => {
      const inside = inHand(plane);
      return plane.ink.map((value, i) => (inside(i) ? 0 : value));
    },
  };
}
