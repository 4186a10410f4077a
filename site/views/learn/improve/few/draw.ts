/** Draws a plane of the figures: the data, paths, the steps along them, or clouds of points. All points are [N, 2]. */
import { REACH } from '../../learning/grid.ts';

export interface PlaneContent {
  /** In the background. */
  data: Float32Array;
  /** Points after each step, the noise first. */
  paths?: readonly Float32Array[] | undefined;
  /** The same in few steps; it ends elsewhere. */
  steps?: readonly Float32Array[] | undefined;
  /** Numbers of the points whose paths are drawn. */
  drawn?: readonly number[];
  /** Points alone. */
  cloud?: Float32Array | undefined;
}

export interface PlaneColours {
  data: string;
  path: string;
  step: string;
  miss: string;
  edge: string;
}

/** Above as many steps their ends are not marked. */
const MOST_MARKED = 8;

/** The numbers of `count` points that the plane shows, in all directions. */
export function spread(points: Float32Array, count: number): number[] {
  const [x, y] = [(i: number) => points[2 * i]!, (i: number) => points[2 * i + 1]!];
  const inside = Array.from({ length: points.length / 2 }, (_, i) => i)
    .filter((i) => Math.max(Math.abs(x(i)), Math.abs(y(i))) < REACH * 0.96)
    .sort((a, b) => Math.atan2(y(a), x(a)) - Math.atan2(y(b), x(b)));
  return Array.from({ length: count }, (_, k) => inside[Math.floor((k * inside.length) / count)]!);
}

export function drawPlane(ink: CanvasRenderingContext2D, size: number, now: PlaneContent, colours: PlaneColours): void {
  const { data, paths, steps, drawn = [], cloud } = now;
  const at = (value: number) => ((value + REACH) / (2 * REACH)) * size;
  const unit = size / 400;
  const place = (of: Float32Array, i: number) => [at(of[2 * i]!), at(-of[2 * i + 1]!)] as const;
  /** One path for all. */
  const dots = (of: Float32Array, numbers: readonly number[], radius: number) => {
    ink.beginPath();
    for (const i of numbers) {
      const [x, y] = place(of, i);
      ink.moveTo(x + radius * unit, y);
      ink.arc(x, y, radius * unit, 0, 2 * Math.PI);
    }
  };
  const lines = (through: readonly Float32Array[], colour: string) => {
    ink.strokeStyle = colour;
    ink.lineWidth = 2.4 * unit;
    ink.beginPath();
    for (const i of drawn) for (const [k, of] of through.entries()) ink[k === 0 ? 'moveTo' : 'lineTo'](...place(of, i));
    ink.stroke();
  };
  const fill = (of: Float32Array, numbers: readonly number[], radius: number, colour: string) => {
    ink.fillStyle = colour;
    dots(of, numbers, radius);
    ink.fill();
  };

  ink.clearRect(0, 0, size, size);
  ink.globalAlpha = cloud ? 0.3 : 0.45;
  fill(data, allOf(data), 2.2, colours.data);
  ink.globalAlpha = 1;
  if (cloud) fill(cloud, allOf(cloud), 3.8, colours.step);
  const goal = paths?.at(-1);
  const end = steps?.at(-1);
  if (paths) lines(paths, colours.path);
  if (steps) lines(steps, colours.step);
  if (goal && end) {
    ink.setLineDash([6 * unit, 4 * unit]);
    lines([end, goal], colours.miss);
    ink.setLineDash([]);
  }
  if (goal) fill(goal, drawn, 4.6, colours.path);
  if (steps && steps.length - 1 <= MOST_MARKED) {
    for (const of of steps.slice(1, -1)) fill(of, drawn, 3.4, colours.step);
  }
  if (end) fill(end, drawn, 5.4, colours.step);
  if (paths) {
    ink.strokeStyle = colours.edge;
    ink.lineWidth = 2 * unit;
    dots(paths[0]!, drawn, 4);
    ink.stroke();
  }
}

const allOf = (points: Float32Array) => Array.from({ length: points.length / 2 }, (_, i) => i);
