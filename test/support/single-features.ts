/**
 * Numbers that a program might compute from a small gray picture to tell two kinds apart, and the best accuracy of a
 * single threshold on one of them.
 */
import { around, depth, frame, type Plane, pieces } from '#site/views/game/measures/ink.ts';

const LEVELS = [0, 1, 12, 32, 64, 96, 128, 160, 192, 224, 240, 250, 253, 255, 256];
const TRACES = [1, 16, 48, 64, 128, 192, 240];
const BANDS = [0, 0.1, 0.2, 0.3, 0.4, 0.72];

type Features = Record<string, number>;

export function featuresOf(pixels: ArrayLike<number>, side: number): Features {
  const plane: Plane = { width: side, height: side, ink: Float64Array.from(pixels) };
  const mean = average(plane.ink);
  const variance = average(plane.ink.map((v) => (v - mean) ** 2));
  return {
    mean,
    deviation: Math.sqrt(variance),
    least: Math.min(...plane.ink),
    most: Math.max(...plane.ink),
    'distinct levels': new Set(plane.ink).size,
    ...levelCounts(plane),
    ...edges(plane, mean, variance),
    ...paper(plane),
    ...drawing(plane),
    ...spectrum(plane, mean),
  };
}

const average = (values: ArrayLike<number>): number =>
  values.length === 0 ? 0 : Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
const count = (plane: Plane, test: (v: number) => boolean): number => plane.ink.filter(test).length;

function levelCounts(plane: Plane): Features {
  const counts: Features = { 'levels 1 to 11': count(plane, (v) => v >= 1 && v <= 11) };
  for (const [i, from] of LEVELS.slice(0, -1).entries()) {
    counts[`levels ${from} to ${LEVELS[i + 1]! - 1}`] = count(plane, (v) => v >= from && v < LEVELS[i + 1]!);
  }
  for (const from of TRACES) counts[`levels from ${from}`] = count(plane, (v) => v >= from);
  counts.gray = count(plane, (v) => v > 0 && v < 255);
  return counts;
}

function edges(plane: Plane, mean: number, variance: number): Features {
  const { width, height, ink } = plane;
  const steps: number[] = [];
  const bends: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      if (x > 0) steps.push(ink[i]! - ink[i - 1]!);
      if (y > 0) steps.push(ink[i]! - ink[i - width]!);
      const inside = x > 0 && y > 0 && x < width - 1 && y < height - 1;
      if (inside) bends.push(ink[i - 1]! + ink[i + 1]! + ink[i - width]! + ink[i + width]! - 4 * ink[i]!);
    }
  }
  const slope = average(steps.map(Math.abs));
  const energy = average(steps.map((v) => v * v));
  return {
    slope,
    'slope by ink': slope / (mean + 1e-9),
    'edge energy': energy,
    'edge energy by variance': energy / (variance + 1e-9),
    'steepest edge': Math.max(...steps.map(Math.abs)),
    bend: average(bends.map(Math.abs)),
    'bend energy by variance': average(bends.map((v) => v * v)) / (variance + 1e-9),
    'ink by edge length': count(plane, (v) => v >= 128) / (steps.filter((v) => Math.abs(v) > 100).length + 1),
  };
}

function paper(plane: Plane): Features {
  const drawn = (i: number) => plane.ink[i]! >= 48;
  const blank = [...plane.ink.keys()].filter((i) => !drawn(i) && ![...around(plane, i)].some(drawn));
  const at = (indices: Iterable<number>) => Array.from(indices, (i) => plane.ink[i]!);
  return {
    'paper mean': average(at(blank)),
    'paper pixels above 0': at(blank).filter((v) => v > 0).length,
    'edge of 2 mean': average(at(frame(plane, 2))),
    'edge of 4 mean': average(at(frame(plane, 4))),
  };
}

function drawing(plane: Plane): Features {
  const ink = (from: number) => [...plane.ink.keys()].filter((i) => plane.ink[i]! >= from);
  const half = depth(plane, (i) => plane.ink[i]! >= 96);
  const ridge = [...half.keys()].filter(
    (i) => half[i]! > 0 && [...around(plane, i)].every((j) => half[j]! <= half[i]!),
  );
  const widths = ridge.map((i) => half[i]!);
  const width = average(widths);
  const strokes = pieces(plane, (i) => plane.ink[i]! >= 64);
  const [xs, ys] = [ink(64).map((i) => i % plane.width), ink(64).map((i) => Math.floor(i / plane.width))];
  const extent = (values: number[]) => (values.length === 0 ? 0 : Math.max(...values) - Math.min(...values) + 1);
  const total = plane.ink.reduce((sum, v) => sum + v, 0) + 1e-9;
  const x = plane.ink.reduce((sum, v, i) => sum + v * (i % plane.width), 0) / total;
  const y = plane.ink.reduce((sum, v, i) => sum + v * Math.floor(i / plane.width), 0) / total;
  const middle = (plane.width - 1) / 2;
  const traced = ink(48).map((i) => plane.ink[i]!);
  return {
    'stroke width': width,
    'stroke width deviation': Math.sqrt(average(widths.map((w) => (w - width) ** 2))),
    'mean of ink': average(traced),
    'gray share of ink': traced.filter((v) => v < 208).length / (traced.length + 1),
    'mean of core': average([...half.keys()].filter((i) => half[i]! >= 1.9).map((i) => plane.ink[i]!)),
    pieces: strokes.length,
    'ink apart': strokes.slice(1).flat().length,
    holes: pieces(plane, (i) => plane.ink[i]! < 96).length,
    'width of drawing': extent(xs),
    'height of drawing': extent(ys),
    'longer side': Math.max(extent(xs), extent(ys)),
    'centre x': x,
    'centre y': y,
    'off centre': Math.hypot(x - middle, y - middle),
  };
}

/** Share of the energy by frequency, cycles per pixel, of a discrete Fourier transform: rows, then columns. */
function spectrum({ ink, width: n }: Plane, mean: number): Features {
  const cos = Float64Array.from({ length: n }, (_, k) => Math.cos((2 * Math.PI * k) / n));
  const sin = Float64Array.from({ length: n }, (_, k) => Math.sin((2 * Math.PI * k) / n));
  const along = (re: Float64Array, im: Float64Array, stride: number, jump: number) => {
    const out = [new Float64Array(n * n), new Float64Array(n * n)] as const;
    for (let line = 0; line < n; line++) {
      for (let k = 0; k < n; k++) {
        for (let i = 0; i < n; i++) {
          const [from, to, turn] = [line * jump + i * stride, line * jump + k * stride, (k * i) % n];
          out[0][to]! += re[from]! * cos[turn]! + im[from]! * sin[turn]!;
          out[1][to]! += im[from]! * cos[turn]! - re[from]! * sin[turn]!;
        }
      }
    }
    return out;
  };
  const [re, im] = along(
    ...along(
      ink.map((v) => v - mean),
      new Float64Array(n * n),
      1,
      n,
    ),
    n,
    1,
  );
  const energy: number[] = BANDS.slice(1).map(() => 0);
  for (let i = 0; i < n * n; i++) {
    const [u, v] = [i % n, Math.floor(i / n)].map((k) => Math.min(k, n - k) / n) as [number, number];
    const band = BANDS.findIndex((from, b) => Math.hypot(u, v) >= from && Math.hypot(u, v) < (BANDS[b + 1] ?? 0));
    energy[band]! += re[i]! ** 2 + im[i]! ** 2;
  }
  const all = energy.reduce((sum, e) => sum + e, 1e-9);
  return Object.fromEntries(energy.map((e, b) => [`energy at ${BANDS[b]} to ${BANDS[b + 1]}`, e / all]));
}

interface Case {
  value: number;
  positive: boolean;
}

/** Accuracy of the best threshold on one half, on the other half; both ways, so that every picture is judged once. */
export function thresholdAccuracy(negative: readonly number[], positive: readonly number[]): number {
  const halves = [0, 1].map((half) =>
    [negative, positive].flatMap((values, kind): Case[] =>
      values.filter((_, i) => i % 2 === half).map((value) => ({ value, positive: kind === 1 })),
    ),
  ) as [Case[], Case[]];
  const judged = [rightBy(halves[0], halves[1]), rightBy(halves[1], halves[0])];
  return (judged[0]! + judged[1]!) / (negative.length + positive.length);
}

function rightBy(train: Case[], test: Case[]): number {
  const sorted = train.toSorted((a, b) => a.value - b.value);
  const positives = sorted.filter(({ positive }) => positive).length;
  let best = { right: Math.max(positives, sorted.length - positives), above: Number.NEGATIVE_INFINITY, sign: 1 };
  if (positives * 2 < sorted.length) best.sign = -1;
  let negativesBelow = 0;
  let positivesBelow = 0;
  for (const [i, { value, positive }] of sorted.entries()) {
    if (positive) positivesBelow++;
    else negativesBelow++;
    if (sorted[i + 1]?.value === value) continue;
    const right = negativesBelow + positives - positivesBelow;
    if (right > best.right) best = { right, above: value, sign: 1 };
    if (sorted.length - right > best.right) best = { right: sorted.length - right, above: value, sign: -1 };
  }
  return test.filter(({ value, positive }) => value > best.above === (best.sign === 1 ? positive : !positive)).length;
}
