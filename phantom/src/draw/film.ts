/**
 * From what rays pass through to grey levels: exponential attenuation, scattered rays, the detector's blur, a window, noise.
 */
import type { Collimation, Exposure } from './exposure.ts';
import { addMarker, type Marker } from './marker.ts';
import { fillNoise } from './random.ts';
import type { Canvas } from './tube.ts';

/** Per millimetre, at about 55 kV; that of bone is what it adds to soft tissue. */
const SOFT = 0.0145;
const BONE = 0.042;
/** What rays lose in the marker's lead. */
const LEAD = 1.6;
/** Share of the hand's pixels that are darker than the window's white: wrist and forearm are beyond it. */
const WHITE_SHARE = 0.9;

/**
 * Grey levels, 0 to 255. [size, size]
 * @param marker placed in the picture, if there is one
 * @param wrist the row of the wrist: the forearm below counts less for the window
 */
export function expose(
  canvas: Canvas,
  exposure: Exposure,
  marker: Marker | undefined,
  wrist: number,
  seed: number,
  picture: number,
): Uint8Array {
  const { size, soft, bone: lost, noise } = canvas;
  for (let i = 0; i < lost.length; i++) lost[i] = SOFT * soft[i]! + BONE * lost[i]!;
  const hand = brightest(lost, soft, wrist * size);
  const white = exposure.white * (0.6 * hand + 0.4 * brightest(lost, soft, lost.length));
  if (marker) addMarker(lost, size, marker, LEAD * white);
  blur(lost, size, exposure.blur);
  fillNoise(seed, picture, noise);
  const pixels = develop(canvas, exposure, white);
  if (exposure.collimation) collimate(pixels, canvas, exposure.collimation);
  return pixels;
}

/** Of every so many pixels one is looked at for the window. */
const EVERY = 3;

/** The attenuation below which most of the hand is in the first `count` pixels, from a histogram. */
function brightest(lost: Float32Array, soft: Float32Array, count: number): number {
  const counts = new Uint32Array(512);
  const step = 4 / counts.length;
  let all = 0;
  for (let i = 0; i < Math.min(count, lost.length); i += EVERY) {
    if (soft[i]! === 0) continue;
    counts[Math.min(counts.length - 1, (lost[i]! / step) | 0)]!++;
    all++;
  }
  let bin = 0;
  for (let below = 0; bin < counts.length && below < WHITE_SHARE * all; bin++) below += counts[bin]!;
  return Math.max(0.05, bin * step);
}

/** In place: each pixel takes `weight` of each of its four neighbours, row-wise and then column-wise. */
function blur(values: Float32Array, size: number, weight: number): void {
  for (const [step, line] of [
    [1, size],
    [size, 1],
  ] as const) {
    for (let k = 0; k < size; k++) {
      let at = k * line;
      let before = values[at]!;
      for (let i = 0; i < size - 1; i++, at += step) {
        const own = values[at]!;
        values[at] = own + weight * (before + values[at + step]! - 2 * own);
        before = own;
      }
    }
  }
}

/** Entries of the table of grey levels. */
const STEPS = 1024;

/** Grey levels and deviations of the noise by attenuation, from `from` on in steps of `step`. */
function tablesOf({ black, gamma, scatter, noise }: Exposure, white: number) {
  const [low, from] = [black * white, -0.25 * white];
  const step = (2.6 * white - from) / STEPS;
  const seen = (loss: number) => -Math.log((Math.exp(-loss) + scatter) / (1 + scatter));
  const top = seen(white);
  const level = (loss: number) => 255 * Math.min(1, Math.max(0, (seen(loss) - low) / (top - low)) ** gamma);
  const levels = Float32Array.from({ length: STEPS + 2 }, (_, i) => level(from + i * step));
  const noises = levels.map((_, i) => {
    const slope = (levels[Math.min(STEPS + 1, i + 1)]! - levels[Math.max(0, i - 1)]!) / (2 * step);
    // Fewer quanta, more noise; and a little that does not depend on them.
    return noise * white * Math.exp((from + i * step) / 2) * slope + 0.5;
  });
  return { levels, noises, from, step };
}

function develop({ size, bone: lost, noise }: Canvas, exposure: Exposure, white: number): Uint8Array {
  const { levels, noises, from, step } = tablesOf(exposure, white);
  const { slope, grid } = exposure;
  // What is added along rows and along columns.
  const added = (along: number, wave: boolean) =>
    Float32Array.from({ length: size }, (_, at) => {
      const grating = wave && grid ? grid.strength * Math.sin(2 * Math.PI * grid.waves * at) : 0;
      return along * (at / size - 0.5) * white + grating - (wave ? from : 0);
    });
  const columns = added(slope[0], true);
  const rows = added(slope[1], false);
  const pixels = new Uint8Array(size * size);
  for (let row = 0, at = 0; row < size; row++) {
    const addedHere = rows[row]!;
    for (let column = 0; column < size; column++, at++) {
      const place = Math.min(STEPS, Math.max(0, (lost[at]! + addedHere + columns[column]!) / step));
      const i = place | 0;
      const value = levels[i]! + (place - i) * (levels[i + 1]! - levels[i]!) + noise[at]! * noises[i]!;
      pixels[at] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
    }
  }
  return pixels;
}

/** How deep the middle of a pixel lies inside of the collimated frame, in pixels; below 0 outside. */
export function depthInFrame(size: number, { margins, turn }: Collimation): (row: number, column: number) => number {
  const [cos, sin, half] = [Math.cos(turn), Math.sin(turn), size / 2];
  const [left, top, right, bottom] = margins.map((margin) => half - margin * size) as [number, number, number, number];
  return (row, column) => {
    const [dx, dy] = [column + 0.5 - half, row + 0.5 - half];
    const [x, y] = [dx * cos + dy * sin, dy * cos - dx * sin];
    return Math.min(left + x, right - x, top + y, bottom - y);
  };
}

/** Replaces what lies outside of the collimated frame. */
function collimate(pixels: Uint8Array, { size, noise }: Canvas, collimation: Collimation): void {
  const depth = depthInFrame(size, collimation);
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++, at++) {
      const inside = depth(row, column) / 1.6 + 0.5;
      if (inside >= 1) continue;
      const share = Math.max(0, inside);
      const value = pixels[at]! * share + (collimation.outside + 2 * noise[at]!) * (1 - share);
      pixels[at] = Math.min(255, Math.max(0, value)) + 0.5;
    }
  }
}
