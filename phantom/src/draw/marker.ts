/**
 * The plate that says which hand it is: a letter of lead, and below it the initials of whoever took the picture. Drawn as strokes, so
 * that no font is needed.
 */
import type { Point } from './long-bone.ts';

interface Stroke {
  from: Point;
  to: Point;
  /** Half its width, as a share of the letter's height. */
  half: number;
}

/** Lines through points in a box of 1 x 1 from the lower left. */
const LINES = {
  L: [[0.12, 1, 0.12, 0, 0.72, 0]],
  R: [
    [0.1, 0, 0.1, 1, 0.5, 1, 0.7, 0.86, 0.7, 0.64, 0.5, 0.5, 0.1, 0.5],
    [0.4, 0.5, 0.72, 0],
  ],
  A: [
    [0.1, 0, 0.4, 1, 0.7, 0],
    [0.2, 0.35, 0.6, 0.35],
  ],
  H: [
    [0.1, 0, 0.1, 1],
    [0.7, 0, 0.7, 1],
    [0.1, 0.5, 0.7, 0.5],
  ],
  M: [[0.1, 0, 0.1, 1, 0.4, 0.5, 0.7, 1, 0.7, 0]],
  N: [[0.1, 0, 0.1, 1, 0.7, 0, 0.7, 1]],
  T: [
    [0.1, 1, 0.7, 1],
    [0.4, 1, 0.4, 0],
  ],
  Z: [[0.1, 1, 0.7, 1, 0.1, 0, 0.7, 0]],
} as const;

export const INITIALS = ['A', 'H', 'L', 'M', 'N', 'R', 'T', 'Z'] as const satisfies readonly (keyof typeof LINES)[];

export interface Marker {
  letter: 'L' | 'R';
  initials: string;
  /** Lower left corner of the letter, in pixels. */
  at: Point;
  /** Height of the letter in pixels. */
  height: number;
  /** Clockwise, in radians. */
  turn: number;
  /** What rays lose in the plate, as a share of what they lose in lead. */
  plate: number;
}

/** The plate from the letter's lower left corner, in heights of the letter. */
export const PLATE = { left: -0.35, right: 1.15, bottom: -1.05, top: 1.3 } as const;

/** Half the width of strokes, as a share of the letter's height. */
const HALF_STROKE = { letter: 0.085, initials: 0.05 };

/** Adds plate and lead. @param lead what rays lose there @param film [size, size] */
export function addMarker(film: Float32Array, size: number, marker: Marker, lead: number): void {
  const { at, height, turn, plate } = marker;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const strokes = strokesOf(marker);
  const reach = 1.8 * height;
  const inside = (value: number) => Math.min(size, Math.max(0, Math.floor(value)));
  for (let row = inside(at[1] - reach); row < inside(at[1] + reach); row++) {
    for (let column = inside(at[0] - reach); column < inside(at[0] + reach); column++) {
      const [dx, dy] = [(column + 0.5 - at[0]) / height, (row + 0.5 - at[1]) / height];
      const [x, y] = [dx * cos + dy * sin, dx * sin - dy * cos];
      const within = Math.min(x - PLATE.left, PLATE.right - x, y - PLATE.bottom, PLATE.top - y);
      if (within <= 0) continue;
      let deep = -1;
      for (const stroke of strokes) deep = Math.max(deep, stroke.half - distance(x, y, stroke));
      const share = (depth: number) => Math.min(1, Math.max(0, depth * height + 0.5));
      film[row * size + column]! += lead * Math.max(share(deep), plate * share(within));
    }
  }
}

/** The letter, and the initials side by side below it. */
function strokesOf({ letter, initials }: Marker): Stroke[] {
  const [wide, tall] = [1 / initials.length, 0.45];
  const below = [...initials].flatMap((one, k) =>
    placed(one as keyof typeof LINES, HALF_STROKE.initials, [k * wide, -0.8], [wide, tall]),
  );
  return [...placed(letter, HALF_STROKE.letter, [0, 0], [1, 1]), ...below];
}

function placed(letter: keyof typeof LINES, half: number, [x, y]: Point, [wide, tall]: Point): Stroke[] {
  return LINES[letter].flatMap((line: readonly number[]) => {
    const points = Array.from({ length: line.length / 2 }, (_, i): Point => {
      return [x + wide * line[2 * i]!, y + tall * line[2 * i + 1]!];
    });
    return points.slice(1).map((to, i): Stroke => ({ from: points[i]!, to, half }));
  });
}

function distance(x: number, y: number, { from: [x0, y0], to: [x1, y1] }: Stroke): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
  const [ex, ey] = [x - x0 - along * dx, y - y0 - along * dy];
  return Math.sqrt(ex * ex + ey * ey);
}
