/** The plane: the data, the arrows along which the noise would go, one point with its noise, and points on their way. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dark } from '../../../state/theme.ts';
import { lit } from '../lit.ts';
import { drawPlane } from './draw.ts';
import { arrows, batch, line, points, sampled } from './state.ts';

/** Pixels a side. */
const SIZE = 720;

export function Plane(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const now = {
    points: points.value,
    arrows: arrows.value,
    batch: batch.value,
    line: line.value,
    sampled: sampled.value?.points ?? null,
    lit: lit.value,
  };
  const isDark = dark.value;
  useEffect(() => {
    const style = getComputedStyle(canvas.current!);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    drawPlane(canvas.current!.getContext('2d')!, SIZE, now, {
      data: colour('muted'),
      arrow: colour('accent'),
      point: colour('second'),
      noise: colour('bad'),
    });
  }, [...Object.values(now), isDark]);
  return (
    <canvas
      ref={canvas}
      class="learn-plane"
      width={SIZE}
      height={SIZE}
      role="img"
      aria-label="Points in the plane, and arrows that say where the network thinks the picture is"
    />
  );
}
