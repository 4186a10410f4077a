/** Gray values to what a network takes: a window, and how often each value comes before and after it. */
import { useMemo, useState } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Bars, Chart } from '../../../components/chart.tsx';
import { Segmented, Slider } from '../../../components/field.tsx';
import { useInTurn } from '../../../components/later.tsx';
import { Formula, fraction, row } from '../../../components/math.tsx';

import type { Rgba } from '../../../state/picture.ts';
import { emptyTally, momentsOf, tallied } from '../../forward/chain/statistics.ts';
import { percent, readable } from '../../forward/state/numbers.ts';
import { Panel } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { size, small } from './resize.tsx';

/** The gray values that become -1 and 1. */
interface Window {
  low: number;
  high: number;
}

const WHITE = 255;

/** By its middle and its width, in gray values, as a viewer of radiographs has it. */
export const windowOf = (level: number, width: number): Window => ({ low: level - width / 2, high: level + width / 2 });

/** x = 2 (v - low) / (high - low) - 1, within -1 to 1. */
export function scaled(gray: ArrayLike<number>, { low, high }: Window): Float32Array {
  return Float32Array.from(gray, (value) => Math.min(Math.max((2 * (value - low)) / (high - low) - 1, -1), 1));
}

/** Shares of the values that lie outside, and become black or white. */
export function clippedShares(gray: ArrayLike<number>, { low, high }: Window): { black: number; white: number } {
  let [black, white] = [0, 0];
  for (let i = 0; i < gray.length; i++) {
    if (gray[i]! < low) black++;
    else if (gray[i]! > high) white++;
  }
  return { black: black / gray.length, white: white / gray.length };
}

/** Windows of this phantom. */
const WINDOWS = {
  all: { label: 'All shades', level: 127.5, width: 255 },
  bones: { label: 'Bones', level: 170, width: 170 },
  soft: { label: 'Soft tissue', level: 80, width: 120 },
} as const;
type Name = keyof typeof WINDOWS;

/** A gray value. */
const short = (value: number) => String(Math.round(value * 2) / 2).replace('-', '−');

export function Scale({ large: given }: { large: Rgba | undefined }) {
  const large = useInTurn(given);
  const [level, setLevel] = useState<number>(WINDOWS.all.level);
  const [width, setWidth] = useState<number>(WINDOWS.all.width);
  const side = size.value;
  const window = windowOf(level, width);
  const picture = large && small.value;
  const gray = useMemo(() => picture?.map((value) => ((value + 1) / 2) * WHITE), [picture]);
  const before = useMemo(() => gray?.map((value) => (2 * value) / WHITE - 1), [gray]);
  const x = useMemo(() => gray && scaled(gray, windowOf(level, width)), [gray, level, width]);
  const named = (Object.keys(WINDOWS) as Name[]).find(
    (name) => WINDOWS[name].level === level && WINDOWS[name].width === width,
  );
  const clipped = gray && clippedShares(gray, window);
  const moments = x && momentsOf(x);
  useReading('window', moments && clipped ? { mean: moments.mean, cut: clipped.black + clipped.white } : undefined);
  const { low, high } = window;
  return (
    <Card title="From −1 to 1" class="grid gap-16">
      <p>
        A file holds gray values, here 0 to {WHITE}. The noise has a mean of 0 and a standard deviation of 1, so the
        picture has to be of that size too: beside values up to {WHITE} nobody would see the noise. A window says which
        gray becomes −1, black, and which becomes 1, white; what lies outside is cut off.
      </p>
      <p>
        <Formula>
          {row(
            <mi>x</mi>,
            '=',
            <mn>2</mn>,
            fraction(
              low < 0 ? row(<mi>v</mi>, '+', <mn>{short(-low)}</mn>) : row(<mi>v</mi>, '−', <mn>{short(low)}</mn>),
              <mn>{short(high - low)}</mn>,
            ),
            '−',
            <mn>1</mn>,
          )}
        </Formula>
        , within −1 to 1
      </p>
      <Segmented<Name | 'own'>
        label="Window"
        value={named ?? 'own'}
        options={[
          ...(Object.keys(WINDOWS) as Name[]).map((value) => ({ value, label: WINDOWS[value].label })),
          ...(named ? [] : [{ value: 'own' as const, label: 'Your own' }]),
        ]}
        onChange={(name) => {
          if (name === 'own') return;
          setLevel(WINDOWS[name].level);
          setWidth(WINDOWS[name].width);
        }}
      />
      <div class="learn-data-sliders">
        <Slider label="Level, its middle" value={level} min={0} max={WHITE} step={0.5} onInput={setLevel} />
        <Slider label="Width" value={width} min={10} max={400} onInput={setWidth} />
      </div>
      <div class="learn-scale-row">
        <Panel
          title={<Formula>{row(<mi>x</mi>)}</Formula>}
          words="as the network gets it"
          values={x}
          shape={[1, side, side]}
        />
        <figure class="learn-figure grid slim gap-4">
          {before && (
            <Histogram
              values={before}
              label={`Gray values before, with the window from ${short(low)} to ${short(high)}`}
              ticks={['0', 'gray value v', String(WHITE)]}
              lines={[low, high].map((value) => (2 * value) / WHITE - 1)}
            />
          )}
          {x && moments && (
            <Histogram
              values={x}
              label={`Values after: mean ${readable(moments.mean, 2)}, standard deviation ${readable(moments.deviation, 2)}`}
              ticks={['−1', 'x', '1']}
              cut={[clipped!.black > 0, clipped!.white > 0]}
            />
          )}
          <figcaption>
            How often each value comes, before and after. Heights are square roots: the black of the film would hide the
            rest.
          </figcaption>
        </figure>
      </div>
      <p class="learn-verdict" aria-live="polite">
        {clipped && moments
          ? `Mean ${readable(moments.mean, 2)}, standard deviation ${readable(moments.deviation, 2)}. Cut off: ${percent(clipped.black)} to black, ${percent(clipped.white)} to white.`
          : 'The phantom is on its way …'}
      </p>
      <p class="field-hint">
        PNG and JPEG have 256 grays, and the notebook takes all of them. DICOM has thousands, and its file names a
        window. What a window cuts off no network learns. To show a picture, go back: (x + 1) / 2 · {WHITE}.
      </p>
    </Card>
  );
}

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

function Histogram({ values, label, ticks, lines = [], cut = [false, false] }: HistogramProps) {
  const bins = useMemo(() => {
    const inside = values.map((value) => Math.min(value, 1 - 1e-6)); // 1 belongs to the last bin
    return tallied(emptyTally(1, BINS), inside).bins;
  }, [values]);
  return (
    <Chart
      class="learn-chart"
      label={label}
      size={[320, 132]}
      sides={[6, 0, 22, 0]}
      x={{ from: -1, to: 1 }}
      y={{ from: 0, to: Math.sqrt(Math.max(...bins, 1)) }}
    >
      {(at) => (
        <>
          <Bars
            values={Float64Array.from(bins, Math.sqrt)}
            at={at}
            class={(i) => `learn-histogram-${(i === 0 && cut[0]) || (i === BINS - 1 && cut[1]) ? 'edge' : 'bar'}`}
          />
          <path class="chart-axis" d="M0 110H320" />
          {lines
            .filter((value) => Math.abs(value) <= 1)
            .map((value, i) => (
              <path key={i} class="learn-histogram-line" d={`M${at.right(value)} 4V110`} />
            ))}
          {ticks.map((words, i) => (
            <text key={words} x={at.right(i - 1)} y={126} text-anchor={(['start', 'middle', 'end'] as const)[i]}>
              {words}
            </text>
          ))}
        </>
      )}
    </Chart>
  );
}
