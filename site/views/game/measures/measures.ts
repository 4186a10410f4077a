/**
 * Measures of things in a picture that an eye may notice, too. Each gives a figure and, if it has a place, the pixels
 * it comes from. None knows what is real: `unusual.ts` compares the figures with those of real pictures.
 */
import { around, depth, frame, type Plane, pieces } from './ink.ts';

export type End = 'high' | 'low';

export interface Measured {
  value: number;
  /** Indices of the pixels it comes from. */
  where?: number[];
}

export interface Measure {
  id: string;
  /** A short title for each end of the real pictures' range that is suspicious. */
  title: Partial<Record<End, string>>;
  /** Null if the picture has nothing to measure. */
  of: (plane: Plane) => Measured | undefined;
  /** Formats the figure; `unit` follows it. */
  digits: (value: number) => string;
  unit: (digits: string) => string;
  /** A sentence around figure and unit. */
  tell: (figure: string) => string;
  /** True if hardly anybody can see it; `usual` is the median of real pictures. */
  faint?: (value: number, usual: number) => boolean;
}

/** Levels of 255: visible on black, the start of a stroke, plainly ink, white. */
const SEEN = 16;
const TRACE = 48;
const INK = 64;
const WHITE = 208;

const percent = { digits: (value: number) => (value * 100).toFixed(0), unit: () => ' %' };
const pixels = { digits: (value: number) => String(value), unit: (n: string) => (n === '1' ? ' pixel' : ' pixels') };
const level = { digits: (value: number) => value.toFixed(0), unit: () => ' of 255' };
const indices = (plane: Plane, set: (v: number, i: number) => boolean): number[] => {
  const found: number[] = [];
  plane.ink.forEach((v, i) => {
    if (set(v, i)) found.push(i);
  });
  return found;
};
const sum = (values: Iterable<number>) => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

const specks: Measure = {
  id: 'specks',
  title: { high: 'Stray specks' },
  of: (plane) => {
    const [main, ...others] = pieces(plane, (i) => plane.ink[i]! >= INK);
    return main ? { value: others.flat().length, where: others.flat() } : undefined;
  },
  ...pixels,
  tell: (figure) => `There is ink apart from the main stroke: ${figure}.`,
};

const fringe: Measure = {
  id: 'fringe',
  title: { high: 'Gray fringe', low: 'Hard edges' },
  of: (plane) => {
    const drawn = indices(plane, (v) => v >= TRACE).length;
    const where = indices(plane, (v) => v >= TRACE && v < WHITE);
    return drawn > 0 ? { value: where.length / drawn, where } : undefined;
  },
  ...percent,
  tell: (figure) => `${figure} of the stroke is gray rather than white.`,
};

const border: Measure = {
  id: 'border',
  title: { high: 'Ink near the border' },
  of: (plane) => {
    const drawn = (i: number) => plane.ink[i]! >= TRACE;
    const all = sum(plane.ink.filter((v) => v >= TRACE));
    const where = [...frame(plane, Math.max(1, Math.round(plane.width / 10)))].filter(drawn);
    return all > 0 ? { value: sum(where.map((i) => plane.ink[i]!)) / all, where } : undefined;
  },
  ...percent,
  digits: (value) => (value * 100).toFixed(1),
  tell: (figure) => `${figure} of the ink lies at the edge of the picture.`,
};

const thickness: Measure = {
  id: 'thickness',
  title: { high: 'Uneven stroke' },
  of: (plane) => {
    const half = depth(plane, (i) => plane.ink[i]! >= 96);
    const ridge = indices(plane, (_, i) => half[i]! > 0 && around(plane, i).every((j) => half[j]! <= half[i]!));
    if (ridge.length < 4) return undefined;
    const mean = sum(ridge.map((i) => half[i]!)) / ridge.length;
    const variance = sum(ridge.map((i) => (half[i]! - mean) ** 2)) / ridge.length;
    return { value: Math.sqrt(variance) / mean };
  },
  ...percent,
  tell: (figure) => `The thickness of the stroke varies by ${figure}.`,
};

const size: Measure = {
  id: 'size',
  title: { high: 'Too large', low: 'Too small' },
  of: (plane) => {
    const xs = indices(plane, (v) => v >= INK).map((i) => i % plane.width);
    const ys = indices(plane, (v) => v >= INK).map((i) => Math.floor(i / plane.width));
    if (xs.length === 0) return undefined;
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const where = indices(plane, (_, i) => {
      const x = i % plane.width;
      const y = Math.floor(i / plane.width);
      const within = x >= left && x <= right && y >= top && y <= bottom;
      return within && (x === left || x === right || y === top || y === bottom);
    });
    return { value: Math.max(right - left, bottom - top) + 1, where };
  },
  ...pixels,
  tell: (figure) => `The longer side of the drawing is ${figure}.`,
  faint: (value, usual) => Math.abs(value - usual) < 2,
};

const centre: Measure = {
  id: 'centre',
  title: { high: 'Off centre' },
  of: (plane) => {
    const drawn = plane.ink.map((v) => (v >= TRACE ? v : 0));
    const all = sum(drawn);
    if (all === 0) return undefined;
    const x = sum(drawn.map((v, i) => v * (i % plane.width))) / all - (plane.width - 1) / 2;
    const y = sum(drawn.map((v, i) => v * Math.floor(i / plane.width))) / all - (plane.height - 1) / 2;
    return { value: Math.hypot(x, y) };
  },
  ...pixels,
  digits: (value) => value.toFixed(1),
  tell: (figure) => `The ink’s centre of mass is ${figure} from the middle.`,
  faint: (value, usual) => value - usual < 1,
};

const peak: Measure = {
  id: 'peak',
  title: { low: 'Never quite white' },
  of: (plane) => ({ value: plane.ink.reduce((most, v) => Math.max(most, v), 0) }),
  ...level,
  tell: (figure) => `The brightest pixel is at level ${figure}.`,
  faint: (value) => value > 235,
};

export const grain: Measure = {
  id: 'grain',
  title: { high: 'Rough', low: 'Blurry' },
  of: (plane) => {
    const mean = sum(plane.ink) / plane.ink.length;
    const spread = Math.sqrt(sum(plane.ink.map((v) => (v - mean) ** 2)) / plane.ink.length);
    if (spread < 1) return undefined;
    const neighbours = plane.ink.map((v, i) => {
      const near = around(plane, i);
      return Math.abs(v - sum(near.map((j) => plane.ink[j]!)) / near.length);
    });
    return { value: sum(neighbours) / neighbours.length / spread };
  },
  ...percent,
  tell: (figure) => `${figure} of the contrast is between a pixel and its neighbours.`,
};

/** Pixels that neither carry a stroke nor touch one. */
const paperOf = (plane: Plane): number[] => {
  const drawn = (i: number) => plane.ink[i]! >= TRACE;
  return indices(plane, (_, i) => !drawn(i) && !around(plane, i).some(drawn));
};

const smudge: Measure = {
  id: 'smudge',
  title: { high: 'Smudges' },
  of: (plane) => {
    const where = paperOf(plane).filter((i) => plane.ink[i]! >= SEEN);
    return { value: where.length, where };
  },
  ...pixels,
  tell: (figure) => `There are gray marks away from the stroke: ${figure}.`,
};

const haze: Measure = {
  id: 'haze',
  title: { high: 'Haze on the paper' },
  of: (plane) => {
    const paper = paperOf(plane);
    const where = paper.filter((i) => plane.ink[i]! >= 1);
    return paper.length > 0 ? { value: sum(paper.map((i) => plane.ink[i]!)) / paper.length, where } : undefined;
  },
  ...level,
  digits: (value) => value.toFixed(1),
  tell: (figure) => `Where nothing is drawn the level is ${figure} on average.`,
  faint: (value) => value < 12,
};

/** The easiest to see first. */
export const MEASURES: readonly Measure[] = [
  specks,
  smudge,
  border,
  size,
  centre,
  thickness,
  fringe,
  grain,
  peak,
  haze,
];
