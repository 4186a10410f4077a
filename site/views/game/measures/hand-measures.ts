/**
 * Measures of small radiographs of hands, or of phantoms of them. The hand is the largest bright piece; what is bright and apart
 * from it, and from the picture's edge, is a mark such as the letter of the side.
 */
import { around, type Plane, pieces } from './ink.ts';
import { grain, type Measure, type Measured } from './measures.ts';

export interface Hand {
  inside: Uint8Array;
  /** Pixels of the hand. */
  pixels: number[];
  /** Bright pieces apart from the hand that do not touch the picture's edge. */
  marks: number[][];
}

/** A line must meet as many rays in so many rows, for one row may cut a fork of noise. */
const ROWS = 3;
/** Pixels of a mark, at least. */
const SPECK = 2;

const level = { digits: (value: number) => value.toFixed(1), unit: () => ' levels of 255' };
const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;

const hands = new WeakMap<Plane, Hand | undefined>();

/** Undefined for a picture without anything bright. */
export function handOf(plane: Plane): Hand | undefined {
  if (!hands.has(plane)) hands.set(plane, findHand(plane));
  return hands.get(plane);
}

const ofHand = (measure: (plane: Plane, hand: Hand) => Measured | undefined) => (plane: Plane) => {
  const hand = handOf(plane);
  return hand && measure(plane, hand);
};

function findHand(plane: Plane): Hand | undefined {
  const { width, height, ink } = plane;
  const bright = threshold(ink);
  const [hand, ...others] = pieces(plane, (i) => ink[i]! > bright);
  if (!hand || hand.length < ink.length / 50) return undefined;
  const inside = new Uint8Array(ink.length);
  for (const i of hand) inside[i] = 1;
  const atEdge = (i: number) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  };
  return { inside, pixels: hand, marks: others.filter((piece) => piece.length >= SPECK && !piece.some(atEdge)) };
}

/** Between dark and bright. Source: Otsu, "A threshold selection method from gray-level histograms" (1979). */
function threshold(ink: Float64Array): number {
  const counts = new Float64Array(256);
  for (const v of ink) counts[Math.round(v)]!++;
  const total = ink.reduce((sum, v) => sum + v, 0);
  let [below, sum, best, at] = [0, 0, -1, 0];
  for (let v = 0; v < 255; v++) {
    below += counts[v]!;
    sum += v * counts[v]!;
    const above = ink.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sum / below - (total - sum) / above) ** 2;
    if (between > best) [best, at] = [between, v];
  }
  return at;
}

/** Pixels of the hand that touch what is not the hand. */
const outlineOf = (plane: Plane, { inside, pixels }: Hand): number[] =>
  pixels.filter((i) => around(plane, i).some((j) => !inside[j]));

/** Pixels from `from` to `to` steps away from the hand. */
function ringOf(plane: Plane, { inside, pixels }: Hand, from: number, to: number): number[] {
  const steps = new Uint8Array(inside.length).fill(255);
  let front = pixels;
  for (const i of pixels) steps[i] = 0;
  for (let step = 1; step <= to; step++) {
    const next: number[] = [];
    for (const i of front) {
      for (const j of around(plane, i)) {
        if (steps[j] !== 255) continue;
        steps[j] = step;
        next.push(j);
      }
    }
    front = next;
  }
  return [...steps.keys()].filter((i) => steps[i]! >= from && steps[i]! <= to);
}

const rays: Measure = {
  id: 'rays',
  title: { high: 'Too many fingers', low: 'Too few fingers' },
  of: ofHand((plane, hand) => {
    const { width, height } = plane;
    const runs = Array.from({ length: height }, (_, y) => {
      const starts = Array.from({ length: width }, (_, x) => y * width + x);
      return starts.filter((i) => hand.inside[i] && (i % width === 0 || !hand.inside[i - 1])).length;
    });
    const lasting = runs.map((_, y) => Math.min(...runs.slice(y, y + ROWS)));
    const value = Math.max(...lasting);
    const row = lasting.indexOf(value) + Math.floor(ROWS / 2);
    return { value, where: hand.pixels.filter((i) => Math.floor(i / width) === row) };
  }),
  digits: String,
  unit: () => '',
  tell: (figure) => `The line across the fingers that meets most of them meets ${figure}.`,
};

const marks: Measure = {
  id: 'marks',
  title: { high: 'Too many marks' },
  of: ofHand((_, { marks }) => ({ value: marks.length, where: marks.flat() })),
  digits: String,
  unit: () => '',
  tell: (figure) => `Bright marks apart from the hand: ${figure}. A film has a letter and initials at most.`,
};

const letter: Measure = {
  id: 'letter',
  title: { high: 'A mark too large for a letter' },
  of: (plane) => {
    const largest = handOf(plane)?.marks[0];
    return largest && { value: largest.length, where: largest };
  },
  digits: String,
  unit: (n) => (n === '1' ? ' pixel' : ' pixels'),
  tell: (figure) => `The largest mark apart from the hand covers ${figure}.`,
};

const bones: Measure = {
  id: 'bones',
  title: { high: 'Bones too white', low: 'Bones fade into the flesh' },
  of: ofHand((plane, hand) => {
    const rise = (i: number) => plane.ink[i]! - mean(around(plane, i).map((j) => plane.ink[j]!));
    const inner = hand.pixels.filter((i) => around(plane, i).every((j) => hand.inside[j]));
    if (inner.length < SPECK) return undefined;
    return { value: mean(inner.map((i) => Math.abs(rise(i)))), where: inner.filter((i) => rise(i) > 8) };
  }),
  ...level,
  tell: (figure) => `Inside the hand a pixel differs from those around it by ${figure}: that is how bones show.`,
};

const outline: Measure = {
  id: 'outline',
  title: { high: 'Outline too sharp', low: 'Outline too soft' },
  of: ofHand((plane, hand) => {
    const where = outlineOf(plane, hand);
    const step = (i: number) =>
      Math.max(
        ...around(plane, i)
          .filter((j) => !hand.inside[j])
          .map((j) => plane.ink[i]! - plane.ink[j]!),
      );
    return where.length > 0 ? { value: mean(where.map(step)), where } : undefined;
  }),
  ...level,
  tell: (figure) => `At its outline the hand is brighter than what is beside it by ${figure}.`,
};

const halo: Measure = {
  id: 'halo',
  title: { high: 'A halo around the hand', low: 'No glow around the hand' },
  of: ofHand((plane, hand) => {
    const marked = new Set(hand.marks.flat());
    const at = (from: number, to: number) => ringOf(plane, hand, from, to).filter((i) => !marked.has(i));
    const [near, far] = [at(2, 3), at(6, 9)];
    if (near.length === 0 || far.length === 0) return undefined;
    return { value: mean(near.map((i) => plane.ink[i]!)) - mean(far.map((i) => plane.ink[i]!)), where: near };
  }),
  ...level,
  tell: (figure) => `Beside the hand it is brighter than farther away by ${figure}.`,
};

const noise: Measure = {
  id: 'noise',
  title: { high: 'Grainy background', low: 'Background too smooth' },
  of: ofHand((plane, hand) => {
    const marked = new Set(hand.marks.flat());
    const calm = (i: number) => !hand.inside[i] && !marked.has(i);
    const where = [...plane.ink.keys()].filter((i) => calm(i) && around(plane, i).every(calm));
    if (where.length < SPECK) return undefined;
    const off = (i: number) => Math.abs(plane.ink[i]! - mean(around(plane, i).map((j) => plane.ink[j]!)));
    return { value: mean(where.map(off)) };
  }),
  ...level,
  tell: (figure) => `Beside the hand a pixel differs from those around it by ${figure}.`,
  faint: (value, usual) => Math.abs(value - usual) < 3,
};

/** The easiest to see first. */
export const HAND_MEASURES: readonly Measure[] = [rays, marks, letter, outline, bones, halo, grain, noise];
