/** One plane of a family: dots, lines, and how sure a critic is. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dark } from '../../../../state/theme.ts';

/** Pixels a side, a multiple of CELLS, and what of the plane is seen: -REACH to REACH. */
const SIZE = 520;
const REACH = 1.9;
/** Cells a side of the critic's picture. */
const CELLS = 26;
/** A critic is seldom sure. */
const CONTRAST = 3;

type Ink = 'muted' | 'accent' | 'second' | 'bad' | 'edge';

export interface Dots {
  /** [N, 2] */
  points: ArrayLike<number>;
  ink: Ink;
  radius: number;
  /** 0 to 1. Default: 1. */
  strength?: number;
}

export interface PlaneProps {
  /** The text alternative. */
  label: string;
  dots: readonly Dots[];
  /** Each [N, 2]. */
  lines?: readonly Float64Array[] | undefined;
  /** 0 to 1, [CELLS, CELLS], the top row first. */
  cells?: Float64Array | undefined;
}

export function Plane({ label, dots, lines, cells }: PlaneProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = dark.value;
  useEffect(() => {
    const style = getComputedStyle(canvas.current!);
    const ink = canvas.current!.getContext('2d')!;
    draw(ink, { dots, lines, cells }, (name) => style.getPropertyValue(`--${name}`).trim());
  }, [dots, lines, cells, isDark]);
  return <canvas ref={canvas} class="learn-plane" width={SIZE} height={SIZE} role="img" aria-label={label} />;
}

function draw(
  ink: CanvasRenderingContext2D,
  { dots, lines = [], cells }: Omit<PlaneProps, 'label'>,
  colour: (name: Ink) => string,
): void {
  const at = (value: number) => ((value + REACH) / (2 * REACH)) * SIZE;
  ink.clearRect(0, 0, SIZE, SIZE);
  if (cells) {
    const side = SIZE / CELLS;
    ink.fillStyle = colour('accent');
    for (const [i, value] of cells.entries()) {
      ink.globalAlpha = 0.55 * Math.min(1, Math.max(0, 0.5 + CONTRAST * (value - 0.5)));
      ink.fillRect((i % CELLS) * side, Math.floor(i / CELLS) * side, side, side);
    }
  }
  ink.globalAlpha = 0.55;
  ink.strokeStyle = colour('accent');
  ink.lineWidth = 1.6;
  ink.beginPath();
  for (const line of lines) {
    for (let i = 0; i < line.length; i += 2) {
      if (i === 0) ink.moveTo(at(line[i]!), at(-line[i + 1]!));
      else ink.lineTo(at(line[i]!), at(-line[i + 1]!));
    }
  }
  ink.stroke();
  for (const { points, ink: name, radius, strength = 1 } of dots) {
    ink.globalAlpha = strength;
    ink.fillStyle = colour(name);
    for (let i = 0; i < points.length; i += 2) {
      ink.beginPath();
      ink.arc(at(points[i]!), at(-points[i + 1]!), radius, 0, 2 * Math.PI);
      ink.fill();
    }
  }
  ink.globalAlpha = 1;
}

/** The middles of the critic's cells, [CELLS^2, 2]. */
export const GRID = Float64Array.from({ length: 2 * CELLS ** 2 }, (_, i) => {
  const cell = i >> 1;
  const middle = (n: number) => ((n + 0.5) / CELLS) * 2 * REACH - REACH;
  return i & 1 ? -middle(Math.floor(cell / CELLS)) : middle(cell % CELLS);
});
