/** Draws the plane of the chapter on learning. */
import type { Batch } from './cloud.ts';
import { GRID, REACH } from './grid.ts';
import type { Line } from './state.ts';

export interface PlaneContent {
  /** The data, [N, 2]. */
  points: Float32Array;
  /** The guessed noise on the grid, [BATCH, 2]; arrows go the other way. */
  arrows: Float32Array | null;
  /** Its first point is shown with its noise. */
  batch: Batch | null;
  line: Line;
  /** [N, 2] */
  sampled: Float32Array | null;
  /** The symbol whose part is emphasised. */
  lit?: string | undefined;
}

export interface PlaneColours {
  data: string;
  arrow: string;
  point: string;
  noise: string;
}

/** Length of an arrow for a guess of 1, in the plane's units; longer ones are cut. */
const ARROW = 0.11;
const LONGEST = 0.2;

export function drawPlane(ink: CanvasRenderingContext2D, size: number, now: PlaneContent, colours: PlaneColours): void {
  const at = (value: number) => ((value + REACH) / (2 * REACH)) * size;
  const dot = (x: number, y: number, radius: number) => {
    ink.beginPath();
    ink.arc(at(x), at(-y), radius, 0, 2 * Math.PI);
    ink.fill();
  };
  const arrow = (x: number, y: number, dx: number, dy: number) => {
    const [fromX, fromY, toX, toY] = [at(x), at(-y), at(x + dx), at(-(y + dy))];
    const angle = Math.atan2(toY - fromY, toX - fromX);
    ink.beginPath();
    ink.moveTo(fromX, fromY);
    ink.lineTo(toX, toY);
    for (const turn of [2.6, -2.6]) {
      ink.moveTo(toX, toY);
      ink.lineTo(toX + 7 * Math.cos(angle + turn), toY + 7 * Math.sin(angle + turn));
    }
    ink.stroke();
  };

  ink.clearRect(0, 0, size, size);
  ink.fillStyle = colours.data;
  const data = now.lit === 'x0';
  ink.globalAlpha = data ? 1 : now.sampled ? 0.3 : 0.75;
  for (let i = 0; i < now.points.length; i += 2) dot(now.points[i]!, now.points[i + 1]!, data ? 6 : 3.2);
  ink.globalAlpha = 1;

  if (now.arrows && !now.sampled) {
    ink.strokeStyle = colours.arrow;
    ink.lineWidth = now.lit === 'εθ' ? 4.5 : 2;
    for (let i = 0; i < now.arrows.length; i += 2) {
      const [dx, dy] = [-now.arrows[i]! * ARROW, -now.arrows[i + 1]! * ARROW];
      const cut = Math.min(1, LONGEST / (Math.hypot(dx, dy) || 1));
      arrow(GRID[i]!, GRID[i + 1]!, dx * cut, dy * cut);
    }
  }
  if (now.sampled) {
    ink.fillStyle = colours.point;
    for (let i = 0; i < now.sampled.length; i += 2) dot(now.sampled[i]!, now.sampled[i + 1]!, 4.5);
  }
  if (now.batch) drawOne(now.batch);

  function drawOne({ x0, noisy }: Batch): void {
    const [x, y, xt, yt] = [x0[0]!, x0[1]!, noisy[0]!, noisy[1]!];
    ink.lineWidth = 4;
    if (now.line === 'noise' || now.line === 'descend') {
      ink.strokeStyle = colours.noise;
      arrow(x, y, xt - x, yt - y);
      ink.fillStyle = colours.noise;
      dot(xt, yt, 8);
    }
    ink.fillStyle = colours.point;
    dot(x, y, 9);
  }
}
