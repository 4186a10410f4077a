/** Gray values become numbers from -1 to 1: a window says which gray is black and which is white. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Card } from '../../../../components/card.tsx';
import { useInTurn } from '../../../../components/later.tsx';
import { Formula, fraction, row } from '../../../../components/math.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import type { Rgba } from '../../../../state/picture.ts';
import { momentsOf } from '../../../forward/chain/statistics.ts';
import { percent, readable } from '../../../forward/state/numbers.ts';
import { Panel } from '../../panel.tsx';
import { useReading } from '../../readings.ts';
import { size, small } from '../hands/state.ts';
import { Histogram } from './histogram.tsx';
import { clippedShares, scaled, WHITE, windowOf } from './window.ts';

/** Windows of this phantom. */
const WINDOWS = {
  all: { label: 'All shades', level: 127.5, width: 255 },
  bones: { label: 'Bones', level: 170, width: 170 },
  soft: { label: 'Soft tissue', level: 80, width: 120 },
} as const;
type Name = keyof typeof WINDOWS;

/** A gray value. */
const short = (value: number) => String(Math.round(value * 2) / 2).replace('-', '−');

export function Scale({ large: given }: { large: Rgba | undefined }): JSX.Element {
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
