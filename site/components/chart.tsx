/** The page's one chart: lines, bars and marks along two axes, as SVG. It needs no library, and is as wide as its place. */
import { type ComponentChildren, Fragment, type TargetedPointerEvent } from 'preact';

export type Points = readonly (readonly [x: number, y: number])[];

/** Of an axis. With `log`, equal factors are equal distances. */
interface Ends {
  from: number;
  to: number;
  log?: boolean | undefined;
}

/** Where values lie in the drawing. */
interface Places {
  right(x: number): number;
  down(y: number): number;
  /** A line through points, as an SVG path. */
  line(points: Points): string;
  /** The ends of the axes: of the lower one, and of the left one. */
  ends: { left: number; right: number; top: number; bottom: number };
}

interface ChartProps {
  /** The text alternative. */
  label: string;
  class?: string | undefined;
  /** Of the drawing, and what is kept free at the top, to the right, at the bottom and to the left. */
  size: readonly [width: number, height: number];
  sides?: readonly [top: number, right: number, bottom: number, left: number];
  x: Ends;
  y: Ends;
  /** As wide and as high as its place, whatever its size is. */
  stretch?: boolean;
  /** A press or a drag, within the axes. */
  onPick?: (x: number, y: number) => void;
  children: (at: Places) => ComponentChildren;
}

const shareOf = ({ from, to, log }: Ends, value: number) =>
  log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
const valueAt = ({ from, to }: Ends, share: number) => from + Math.min(Math.max(share, 0), 1) * (to - from);

export function Chart(props: ChartProps) {
  const { label, class: extra, size, sides = [0, 0, 0, 0], x, y, stretch, onPick, children } = props;
  const [width, height] = size;
  const [top, , , left] = sides;
  const ends = { left, right: width - sides[1], top, bottom: height - sides[2] };
  const [wide, tall] = [ends.right - left, ends.bottom - top];
  const right = (value: number) => left + shareOf(x, value) * wide;
  const down = (value: number) => ends.bottom - shareOf(y, value) * tall;
  const line = (points: Points) =>
    points.map(([a, b], i) => `${i ? 'L' : 'M'}${right(a).toFixed(1)} ${down(b).toFixed(1)}`).join('');
  const pick = ({ clientX, clientY, currentTarget }: TargetedPointerEvent<SVGSVGElement>) => {
    const box = currentTarget.getBoundingClientRect();
    const scale = width / box.width;
    const across = ((clientX - box.left) * scale - left) / wide;
    onPick?.(valueAt(x, across), valueAt(y, (ends.bottom - (clientY - box.top) * scale) / tall));
  };
  return (
    <svg
      class={['chart', onPick && 'chart-pick', extra].filter(Boolean).join(' ')}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio={stretch ? 'none' : undefined}
      role="img"
      aria-label={label}
      onPointerDown={(event) => {
        if (!onPick || event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        pick(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && pick(event)}
    >
      {children({ right, down, line, ends })}
    </svg>
  );
}

const signed = (value: number) => String(Number(value.toPrecision(3))).replace('-', '−');

interface TicksProps {
  values: readonly number[];
  at: Pick<Places, 'right'>;
  y: number;
}

/** Numbers below an axis. */
export const Ticks = ({ values, at, y }: TicksProps) => (
  <>
    {values.map((tick) => (
      <text key={tick} x={at.right(tick)} y={y} text-anchor="middle">
        {signed(tick)}
      </text>
    ))}
  </>
);

interface GridProps {
  at: Places;
  x: readonly number[];
  y: readonly number[];
  /** A number beside the left axis. */
  say?: ((value: number) => string) | undefined;
}

/** Thin lines at numbers, which stand below and to the left. */
export const Grid = ({ at, x, y, say = signed }: GridProps) => {
  const { left, right, top, bottom } = at.ends;
  return (
    <>
      <path class="chart-grid" d={x.map((value) => `M${at.right(value)} ${top}V${bottom}`).join('')} />
      <path class="chart-grid" d={y.map((value) => `M${left} ${at.down(value)}H${right}`).join('')} />
      <Ticks values={x} at={at} y={bottom + 18} />
      {y.map((value) => (
        <text key={value} x={left - 6} y={at.down(value) + 4} text-anchor="end">
          {say(value)}
        </text>
      ))}
    </>
  );
};

/** The next of 1, 2, 5, 10 ... and their tenths. */
export function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
  return Number((factor * power).toPrecision(1));
}

/** At most so many round numbers. */
export function roundTicks(from: number, to: number, most: number): number[] {
  const step = roundAbove((to - from) / most);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) => (first + i) * step);
}

interface BarsProps {
  /** Of equal bins over the lower axis. */
  values: ArrayLike<number>;
  at: Places;
  class: (bin: number) => string;
}

/** A histogram. Nothing is higher than the axis. */
export function Bars({ values, at, class: of }: BarsProps) {
  const { left, right, top, bottom } = at.ends;
  const width = (right - left) / values.length;
  return (
    <>
      {Array.from(values, (value, i) => {
        const y = Math.max(at.down(value), top);
        return <rect key={i} class={of(i)} x={left + i * width} y={y} width={width - 0.65} height={bottom - y} />;
      })}
    </>
  );
}

interface LineChartProps {
  label: string;
  /** In the order of x. */
  points: Points;
  /** A second line, dashed. */
  other?: Points;
  x: { name: string; min?: number; max: number };
  /** Its name. */
  y: string;
  /** Top of the y axis. Default: the largest value. */
  top?: number;
  /** Default: 0. */
  bottom?: number;
  marks?: readonly { at: number; value: number; words: string }[];
}

/** One line, with the ends of both axes. */
export function LineChart(props: LineChartProps) {
  const { label, points, other = [], x, y, top, bottom = 0, marks = [] } = props;
  const { min = 0, max } = x;
  const values = [...points, ...other].map(([, value]) => value);
  const most = top ?? Math.max(1e-9, ...values, ...marks.map(({ value }) => value));
  const low = (of: Points) => of.map(([a, b]) => [a, Math.min(b, most)] as const);
  return (
    <Chart
      class="learn-chart"
      label={label}
      size={[320, 180]}
      sides={[14, 10, 34, 38]}
      x={{ from: min, to: max }}
      y={{ from: bottom, to: most }}
    >
      {({ right, down, line, ends }) => (
        <>
          <path class="chart-axis" d={`M${ends.left} ${ends.top}V${ends.bottom}H${ends.right}`} />
          {[most, bottom].map((value) => (
            <text key={value} x={ends.left - 5} y={down(value) + 4} text-anchor="end">
              {value === most ? Number(most.toPrecision(2)) : signed(bottom)}
            </text>
          ))}
          <text x={ends.left} y={ends.bottom + 14}>
            {signed(min)}
          </text>
          <text x={ends.right} y={ends.bottom + 14} text-anchor="end">
            {max}
          </text>
          <text x={(ends.left + ends.right) / 2} y={ends.bottom + 28} text-anchor="middle">
            {x.name}
          </text>
          <text x={ends.left + 6} y={ends.top + 2}>
            {y}
          </text>
          {other.length > 0 && <path class="chart-line chart-other" d={line(low(other))} />}
          <path class="chart-line" d={line(low(points))} />
          {marks.map(({ at, value, words }) => (
            <Fragment key={words}>
              <circle class="chart-dot" cx={right(at)} cy={down(value)} r={4} />
              <text x={right(at)} y={down(value) - 8} text-anchor={at > max * 0.8 ? 'end' : 'middle'}>
                {words}
              </text>
            </Fragment>
          ))}
        </>
      )}
    </Chart>
  );
}
