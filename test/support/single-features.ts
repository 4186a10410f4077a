/**
 * Numbers that a program might compute from a small gray picture to tell two kinds apart, and the best accuracy of a
 * single threshold on one of them.
 */
const LEVELS = [0, 1, 12, 32, 64, 96, 128, 160, 192, 224, 240, 250, 253, 255, 256];
const TRACES = [1, 16, 48, 64, 128, 192, 240];

type Features = Record<string, number>;
interface Plane {
  width: number;
  height: number;
  ink: Float64Array;
}

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
  const right = (cases: Case[], above: number, up: boolean) =>
    cases.filter(({ value, positive }) => value > above === (positive === up)).length;
  let best = { right: -1, above: Number.NEGATIVE_INFINITY, up: true };
  for (const above of new Set([Number.NEGATIVE_INFINITY, ...train.map(({ value }) => value)])) {
    const found = right(train, above, true);
    if (found > best.right) best = { right: found, above, up: true };
    if (train.length - found > best.right) best = { right: train.length - found, above, up: false };
  }
  return right(test, best.above, best.up);
}
