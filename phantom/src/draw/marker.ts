/** The letter of lead that says which hand it is. Drawn as strokes, so that no font is needed. */
import type { Point } from './long-bone.ts';

type Stroke = readonly [from: Point, to: Point];

/** In a box of 1 x 1 from the lower left. */
const LETTERS: Readonly<Record<'L' | 'R', readonly Stroke[]>> = {
  L: [
    [
      [0.12, 1],
      [0.12, 0],
    ],
    [
      [0.12, 0],
      [0.72, 0],
    ],
  ],
  R: [
    [
      [0.1, 0],
      [0.1, 1],
    ],
    [
      [0.1, 1],
      [0.5, 1],
    ],
    [
      [0.5, 1],
      [0.7, 0.86],
    ],
    [
      [0.7, 0.86],
      [0.7, 0.64],
    ],
    [
      [0.7, 0.64],
      [0.5, 0.5],
    ],
    [
      [0.5, 0.5],
      [0.1, 0.5],
    ],
    [
      [0.4, 0.5],
      [0.72, 0],
    ],
  ],
};

export interface Marker {
  letter: 'L' | 'R';
  /** Lower left corner, in pixels. */
  at: Point;
  /** Height in pixels. */
  height: number;
  /** Clockwise, in radians. */
  turn: number;
}

/** Half the width of a stroke, as a share of the height. */
const HALF_STROKE = 0.085;

/** Adds lead where the letter is. @param lead what rays lose there @param film [size, size] */
export function addMarker(film: Float32Array, size: number, { letter, at, height, turn }: Marker, lead: number): void {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const strokes = LETTERS[letter];
  const [left, right] = [Math.max(0, Math.floor(at[0] - 0.4 * height)), Math.min(size, at[0] + 1.2 * height)];
  for (let row = Math.max(0, Math.floor(at[1] - 1.3 * height)); row < Math.min(size, at[1] + 0.4 * height); row++) {
    for (let column = left; column < right; column++) {
      const [dx, dy] = [(column + 0.5 - at[0]) / height, (row + 0.5 - at[1]) / height];
      const [x, y] = [dx * cos + dy * sin, dx * sin - dy * cos];
      let far = 1;
      for (const stroke of strokes) far = Math.min(far, distance(x, y, stroke));
      const covered = Math.min(1, Math.max(0, (HALF_STROKE - far) * height + 0.5));
      if (covered > 0) film[row * size + column]! += covered * lead;
    }
  }
}

function distance(x: number, y: number, [[x0, y0], [x1, y1]]: Stroke): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
  const [ex, ey] = [x - x0 - along * dx, y - y0 - along * dy];
  return Math.sqrt(ex * ex + ey * ey);
}
