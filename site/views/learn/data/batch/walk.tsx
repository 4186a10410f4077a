/** The two weights on their way: rings of equal loss, and a path with a correction for each batch. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { average, bestOf, contourOf, type Means, START, type Weights } from './gradients.ts';

interface WalkProps {
  all: readonly Means[];
  walk: readonly Weights[];
  /** Of its batches. */
  size: number;
}

const [WIDTH, HEIGHT] = [360, 280];
/** What is shown of the plane. */
const [LEFT, RIGHT, BOTTOM, TOP] = [-0.85, 1.35, -0.6, 1.15];
const RINGS = [0.02, 0.1, 0.3, 0.6, 1, 1.5];

const right = (scale: number) => ((scale - LEFT) / (RIGHT - LEFT)) * WIDTH;
const down = (shift: number) => ((TOP - shift) / (TOP - BOTTOM)) * HEIGHT;
const path = (points: readonly Weights[]) =>
  points.map(([a, b], i) => `${i ? 'L' : 'M'}${right(a).toFixed(1)} ${down(b).toFixed(1)}`).join('');

export function Walk({ all, walk, size }: WalkProps): JSX.Element {
  const means = useMemo(() => average(all), [all]);
  const best = bestOf(means);
  return (
    <svg
      class="learn-chart learn-walk"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Path of the two weights in ${walk.length - 1} corrections with batches of ${size}`}
    >
      {RINGS.map((above) => (
        <path key={above} class="learn-walk-ring" d={`${path(contourOf(means, above))}Z`} />
      ))}
      <path class="learn-chart-line learn-walk-path" d={path(walk)} />
      {walk.map(([a, b], i) => (
        <circle key={i} class="learn-walk-step" cx={right(a)} cy={down(b)} r={2.2} />
      ))}
      <circle class="learn-chart-mark" cx={right(START[0])} cy={down(START[1])} r={5} />
      <text x={right(START[0]) + 9} y={down(START[1]) - 4}>
        start
      </text>
      <path class="learn-walk-best" d={`M${right(best[0]) - 6} ${down(best[1]) - 6}l12 12m0 -12l-12 12`} />
      <text x={WIDTH - 4} y={HEIGHT - 6} text-anchor="end">
        times every pixel →
      </text>
      <text x={4} y={14}>
        ↑ added to every pixel
      </text>
    </svg>
  );
}
