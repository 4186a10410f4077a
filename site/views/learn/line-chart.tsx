/** A small chart of one line, as SVG: it needs no library, and it is as wide as its place. */
import type { JSX } from 'preact';

export interface LineChartProps {
  /** The text alternative. */
  label: string;
  /** In the order of x; both from 0 on. */
  points: readonly (readonly [x: number, y: number])[];
  /** A second line, dashed. */
  other?: readonly (readonly [x: number, y: number])[];
  x: { name: string; max: number };
  /** Its name. */
  y: string;
  /** Top of the y axis. Default: the largest value. */
  top?: number;
  marks?: readonly { at: number; value: number; words: string }[];
}

const [WIDTH, HEIGHT] = [320, 180];
const [LEFT, RIGHT, TOP, BOTTOM] = [38, 10, 14, 34];

export function LineChart({ label, points, other = [], x, y, top, marks = [] }: LineChartProps): JSX.Element {
  const most =
    top ?? Math.max(1e-9, ...[...points, ...other].map(([, value]) => value), ...marks.map(({ value }) => value));
  const right = (value: number) => LEFT + (value / x.max) * (WIDTH - LEFT - RIGHT);
  const down = (value: number) => HEIGHT - BOTTOM - (Math.min(value, most) / most) * (HEIGHT - TOP - BOTTOM);
  const path = (of: typeof points) =>
    of.map(([a, b], i) => `${i ? 'L' : 'M'}${right(a).toFixed(1)} ${down(b).toFixed(1)}`).join('');
  return (
    <svg class="learn-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <path class="learn-chart-axis" d={`M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}`} />
      <text x={LEFT - 5} y={TOP + 4} text-anchor="end">
        {Number(most.toPrecision(2))}
      </text>
      <text x={LEFT - 5} y={HEIGHT - BOTTOM + 4} text-anchor="end">
        0
      </text>
      <text x={LEFT} y={HEIGHT - BOTTOM + 14}>
        0
      </text>
      <text x={WIDTH - RIGHT} y={HEIGHT - BOTTOM + 14} text-anchor="end">
        {x.max}
      </text>
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 6} text-anchor="middle">
        {x.name}
      </text>
      <text x={LEFT + 6} y={TOP + 2}>
        {y}
      </text>
      {other.length > 0 && <path class="learn-chart-line learn-chart-other" d={path(other)} />}
      <path class="learn-chart-line" d={path(points)} />
      {marks.map(({ at, value, words }) => (
        <g key={words}>
          <circle class="learn-chart-mark" cx={right(at)} cy={down(value)} r={4} />
          <text x={right(at)} y={down(value) - 8} text-anchor={at > x.max * 0.8 ? 'end' : 'middle'}>
            {words}
          </text>
        </g>
      ))}
    </svg>
  );
}
