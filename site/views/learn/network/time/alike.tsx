/** How alike the vectors of two times are, against the time between them. */
import type { JSX } from 'preact';
import { readable } from '../../../forward/state/numbers.ts';

interface AlikeProps {
  /** The dot product over its largest value, -1 to 1, for -REACH to REACH steps between the two. */
  points: readonly (readonly [gap: number, alike: number])[];
  shown: { gap: number; alike: number };
}

/** The farthest other time, in steps. */
export const REACH = 100;
const [WIDTH, HEIGHT] = [340, 200];
const [LEFT, RIGHT, TOP, BOTTOM] = [30, 10, 10, 38];

export function AlikeChart({ points, shown }: AlikeProps): JSX.Element {
  const right = (gap: number) => LEFT + ((gap + REACH) / (2 * REACH)) * (WIDTH - LEFT - RIGHT);
  const down = (value: number) => TOP + ((1 - value) / 2) * (HEIGHT - TOP - BOTTOM);
  const path = points.map(([gap, value], i) => `${i ? 'L' : 'M'}${right(gap).toFixed(1)} ${down(value).toFixed(1)}`);
  return (
    <svg
      class="learn-chart"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Dot product of the vectors of two times, over its largest value: ${readable(shown.alike, 2)} where they are ${Math.abs(shown.gap)} steps apart`}
    >
      <path class="learn-chart-axis" d={`M${LEFT} ${TOP}V${HEIGHT - BOTTOM}M${LEFT} ${down(0)}H${WIDTH - RIGHT}`} />
      {[1, 0, -1].map((value) => (
        <text key={value} x={LEFT - 6} y={down(value) + 4} text-anchor="end">
          {String(value).replace('-', '−')}
        </text>
      ))}
      {[-REACH, 0, REACH].map((gap) => (
        <text
          key={gap}
          x={right(gap)}
          y={HEIGHT - BOTTOM + 16}
          text-anchor={gap < 0 ? 'start' : gap > 0 ? 'end' : 'middle'}
        >
          {gap === 0 ? 't' : gap < 0 ? `t − ${-gap}` : `t + ${gap}`}
        </text>
      ))}
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 4} text-anchor="middle">
        the other time, s
      </text>
      <path class="learn-chart-line" d={path.join('')} />
      <path class="learn-alike-t" d={`M${right(0)} ${TOP}V${HEIGHT - BOTTOM}`} />
      <circle class="learn-chart-mark learn-alike-other" cx={right(shown.gap)} cy={down(shown.alike)} r={5} />
    </svg>
  );
}
