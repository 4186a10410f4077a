/** Points in the plane to learn: shapes that everyone knows by sight. */
import { gaussian, uniform } from '@onnoise/scheduler';

export const SHAPES = ['moons', 'ring', 'spiral'] as const;
export type Shape = (typeof SHAPES)[number];

/** How far points lie off their line. */
const THICK = 0.04;

/** On the line, for u in (0, 1). */
const LINES: Record<Shape, (u: number) => [x: number, y: number]> = {
  ring: (u) => [Math.cos(2 * Math.PI * u), Math.sin(2 * Math.PI * u)],
  moons: (u) => {
    const [upper, a] = [u < 0.5, Math.PI * ((2 * u) % 1)];
    return upper ? [Math.cos(a) - 0.5, Math.sin(a) - 0.25] : [0.5 - Math.cos(a), 0.25 - Math.sin(a)];
  },
  spiral: (u) => {
    const [radius, a] = [0.15 + 1.1 * Math.sqrt(u), 3.4 * Math.PI * Math.sqrt(u)];
    return [radius * Math.cos(a), radius * Math.sin(a)];
  },
};

/** [count, 2], mostly within -1.5 .. 1.5 */
export function pointsOf(shape: Shape, count: number, seed: number): Float32Array {
  const along = new Float64Array(count);
  uniform(seed, 1, 0, along);
  const off = new Float32Array(2 * count);
  gaussian(seed, 0, off, 2);
  return off.map((value, i) => LINES[shape](along[i >> 1]!)[i & 1]! + THICK * value);
}
