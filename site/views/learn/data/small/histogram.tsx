/** How often each value comes, as bars; the height is the square root of the count, or the black of the film hides the rest. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { emptyTally, tallied } from '../../../forward/chain/statistics.ts';

interface HistogramProps {
  /** Values from -1 to 1. */
  values: Float32Array;
  label: string;
  /** What stands below -1, 0 and 1. */
  ticks: readonly [string, string, string];
  /** Vertical lines, at values from -1 to 1; those outside are left out. */
  lines?: readonly number[];
  /** The first and the last bar hold what was cut off. */
  cut?: readonly [boolean, boolean];
}

const BINS = 64;
const [WIDTH, HEIGHT, FLOOR] = [320, 132, 110];

export function Histogram({ values, label, ticks, lines = [], cut = [false, false] }: HistogramProps): JSX.Element {
  const bins = useMemo(() => {
    const inside = values.map((value) => Math.min(value, 1 - 1e-6)); // 1 belongs to the last bin
    return tallied(emptyTally(1, BINS), inside).bins;
  }, [values]);
  const most = Math.sqrt(Math.max(...bins, 1));
  const right = (value: number) => ((value + 1) / 2) * WIDTH;
  return (
    <svg class="learn-chart learn-histogram" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {[...bins].map((count, i) => {
        const height = (Math.sqrt(count) / most) * (FLOOR - 6);
        const edge = (i === 0 && cut[0]) || (i === BINS - 1 && cut[1]);
        return (
          <rect
            key={i}
            class={edge ? 'learn-histogram-edge' : 'learn-histogram-bar'}
            x={(i * WIDTH) / BINS}
            y={FLOOR - height}
            width={WIDTH / BINS - 0.7}
            height={height}
          />
        );
      })}
      <path class="learn-chart-axis" d={`M0 ${FLOOR}H${WIDTH}`} />
      {lines
        .filter((value) => Math.abs(value) <= 1)
        .map((value, i) => (
          <path key={i} class="learn-histogram-line" d={`M${right(value)} 4V${FLOOR}`} />
        ))}
      {ticks.map((words, i) => (
        <text key={words} x={(i * WIDTH) / 2} y={FLOOR + 16} text-anchor={(['start', 'middle', 'end'] as const)[i]}>
          {words}
        </text>
      ))}
    </svg>
  );
}
