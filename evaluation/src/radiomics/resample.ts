/**
 * A picture on a grid of twice the pixel's size, as pyradiomics resamples by SimpleITK: cubic B-splines through the pixels, mirrored
 * at the borders, and the nearest neighbour for the mask. Source of the coefficients: Unser, Aldroubi & Eden 1993, "B-spline signal
 * processing", as ITK's `BSplineDecompositionImageFilter` computes them.
 */
import { type Box, boxOf, type Region } from './region.ts';

const SPACING = 2;
/** Pixels of the new grid around the box of the mask. */
const PAD = 10;
const POLE = Math.sqrt(3) - 2;
const TOLERANCE = 1e-10;

/** @returns undefined where no pixel counts */
export function resample(region: Region): Region | undefined {
  const box = boxOf(region);
  if (box === undefined) return undefined;
  const [rows, columns] = [axisOf(box, 'top', 'bottom', region.height), axisOf(box, 'left', 'right', region.width)];
  const { width, mask } = region;
  const coefficients = coefficientsOf(region);
  const [high, wide] = [rows.length, columns.length];
  const out: Region = {
    height: high,
    width: wide,
    values: new Float64Array(high * wide),
    mask: new Uint8Array(high * wide),
  };
  const [down, across] = [rows, columns].map((axis, i) =>
    axis.map((at) => tapsAt(at, i === 0 ? region.height : width)),
  );
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const [a, b] = [down![y], across![x]];
      if (a === undefined || b === undefined) continue; // outside of the picture: 0, and not in the mask
      let sum = 0;
      for (const [row, weight] of a) {
        let line = 0;
        for (const [column, share] of b) line += share * coefficients[row * width + column]!;
        sum += weight * line;
      }
      const at = y * wide + x;
      out.values[at] = sum;
      const [near, beside] = [Math.floor(rows[y]! + 0.5), Math.floor(columns[x]! + 0.5)];
      out.mask[at] = near < region.height && beside < width ? mask[near * width + beside]! : 0;
    }
  }
  return out;
}

/**
 * Places of the new grid's pixels on the old one, along an axis. Along rows ITK takes shares of the whole way, whose last bits decide
 * which of two pixels is the nearest: all places lie halfway between some.
 */
function axisOf(box: Box, first: 'top' | 'left', last: 'bottom' | 'right', size: number): number[] {
  const extent = box[last] - box[first] + 1;
  const spacing = extent === 1 ? 1 : SPACING;
  const from = Math.max(0, Math.floor((box[first] - 0.5) / spacing - PAD));
  const to = Math.min(Math.ceil(size / spacing) - 1, Math.ceil((box[first] + extent - 0.5) / spacing + PAD));
  const count = to - from + 1;
  const start = 0.5 * (spacing - 1) + from * spacing;
  const way = (i: number) => (first === 'left' ? count * spacing * (i / count) : i * spacing);
  return Array.from({ length: count }, (_, i) => start + way(i));
}

/** Which coefficients count at a place, and how much; undefined outside of the picture. */
function tapsAt(at: number, size: number): [index: number, weight: number][] | undefined {
  if (at < -0.5 || at >= size - 0.5) return undefined;
  const start = Math.floor(at) - 1;
  const w = at - (start + 1);
  const last = (w * w * w) / 6;
  const first = 1 / 6 + 0.5 * w * (w - 1) - last;
  const third = w + first - 2 * last;
  const weights = [first, 1 - first - third - last, third, last];
  return weights.map((weight, i) => [mirrored(start + i, size), weight]);
}

function mirrored(index: number, size: number): number {
  if (size === 1) return 0;
  const last = size - 1;
  const at = Math.abs(index);
  return at > last ? Math.abs(2 * last - at) : at;
}

/** [H, W] */
function coefficientsOf({ height, width, values }: Region): Float64Array {
  const out = values.slice();
  const line = (offset: number, stride: number, length: number) => {
    if (length === 1) return;
    const at = (i: number) => offset + i * stride;
    const gain = (1 - POLE) * (1 - 1 / POLE);
    for (let i = 0; i < length; i++) out[at(i)]! *= gain;
    out[at(0)] = causalStart((i) => out[at(i)]!, length);
    for (let i = 1; i < length; i++) out[at(i)]! += POLE * out[at(i - 1)]!;
    const end = length - 1;
    out[at(end)] = (POLE / (POLE * POLE - 1)) * (POLE * out[at(end - 1)]! + out[at(end)]!);
    for (let i = end - 1; i >= 0; i--) out[at(i)] = POLE * (out[at(i + 1)]! - out[at(i)]!);
  };
  for (let y = 0; y < height; y++) line(y * width, 1, width);
  for (let x = 0; x < width; x++) line(x, width, height);
  return out;
}

function causalStart(at: (i: number) => number, length: number): number {
  const horizon = Math.min(length, Math.ceil(Math.log(TOLERANCE) / Math.log(Math.abs(POLE))));
  let power = POLE;
  if (horizon < length) {
    let sum = at(0);
    for (let i = 1; i < horizon; i++, power *= POLE) sum += power * at(i);
    return sum;
  }
  const inverse = 1 / POLE;
  let other = POLE ** (length - 1);
  let sum = at(0) + other * at(length - 1);
  other = other * other * inverse;
  for (let i = 1; i <= length - 2; i++) {
    sum += (power + other) * at(i);
    power *= POLE;
    other *= inverse;
  }
  return sum / (1 - power * power);
}
