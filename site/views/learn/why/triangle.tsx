/** The trilemma as a triangle: the nearer to a corner, the more of it. The marked point can be dragged. */
import type { JSX } from 'preact';
import { cornersOf, POINTS, type Point } from './measured.ts';

const [WIDTH, HEIGHT] = [360, 300];
const TOP = [180, 44] as const;
const LEFT = [40, 256] as const;
const RIGHT = [320, 256] as const;

/** Where the families of models are said to be: Xiao et al. 2021. Next to the edge between two corners; students aim at the middle. */
const FAMILIES = [
  { name: 'GANs', x: 74, y: 146 },
  { name: 'Diffusion', x: 288, y: 146 },
  { name: 'VAEs, flows', x: 180, y: 276 },
  { name: 'Students', x: 176, y: 196 },
] as const;

export function placeOf(point: Point): [x: number, y: number] {
  const { quality, speed, coverage } = cornersOf(point);
  const mix = (i: 0 | 1) => quality * TOP[i] + speed * LEFT[i] + coverage * RIGHT[i];
  return [mix(0), mix(1)];
}

export function nearest(x: number, y: number): Point {
  const away = (point: Point) => {
    const [px, py] = placeOf(point);
    return Math.hypot(px - x, py - y);
  };
  return POINTS.reduce((best, point) => (away(point) < away(best) ? point : best));
}

export interface TriangleProps {
  chosen: Point;
  onChoose(point: Point): void;
}

export function Triangle({ chosen, onChoose }: TriangleProps): JSX.Element {
  const choose = (event: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = WIDTH / box.width;
    onChoose(nearest((event.clientX - box.left) * scale, (event.clientY - box.top) * scale));
  };
  const places = POINTS.map((point) => placeOf(point));
  const [x, y] = placeOf(chosen);
  return (
    <svg
      class="learn-triangle"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`The trilemma: with ${chosen.steps} steps this model is at the marked point`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        choose(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) choose(event);
      }}
    >
      <path class="learn-triangle-edge" d={`M${TOP.join(' ')}L${RIGHT.join(' ')}L${LEFT.join(' ')}Z`} />
      <text class="learn-triangle-corner" x={TOP[0]} y={TOP[1] - 14} text-anchor="middle">
        Good pictures
      </text>
      <text class="learn-triangle-corner" x={LEFT[0] - 34} y={LEFT[1] + 34}>
        Fast sampling
      </text>
      <text class="learn-triangle-corner" x={RIGHT[0] + 34} y={RIGHT[1] + 34} text-anchor="end">
        All of the data
      </text>
      {FAMILIES.map((family) => (
        <text key={family.name} class="learn-triangle-family" x={family.x} y={family.y} text-anchor="middle">
          {family.name}
        </text>
      ))}
      <path
        class="learn-triangle-way"
        d={`M${places.map((place) => place.map((v) => v.toFixed(1)).join(' ')).join('L')}`}
      />
      {POINTS.map((point, i) => (
        <g key={point.steps}>
          <circle class="learn-triangle-point" cx={places[i]![0]} cy={places[i]![1]} r={4} />
        </g>
      ))}
      <circle class="learn-triangle-chosen" cx={x} cy={y} r={9} />
    </svg>
  );
}
