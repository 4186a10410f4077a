/** The time embedding: its formula, the vector of one t and of all, and why near times have near vectors. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { LineChart } from '../../../components/chart.tsx';
import { Slider } from '../../../components/field.tsx';
import { Formula, fraction, row, sub } from '../../../components/math.tsx';
import { grouped, readable } from '../../forward/state/numbers.ts';
import type { Lesson } from '../lesson.ts';
import { Cite } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { Heat, Lit, t } from './diagram.tsx';
import { alike, embedder, frequenciesOf, optionsOf } from './embedding.ts';

/** Rows of the heat map; each stands for a few t. */
const ROWS = 100;
/** The farthest other time, in steps. */
const REACH = 100;
/** Places of the base's slider a power of ten. */
const FINE = 4;

export function Embedding({ lesson }: { lesson: Lesson }) {
  const { T } = lesson.schedule;
  const own = useMemo(() => optionsOf(lesson.unet), [lesson]);
  const [dim, setDim] = useState(own.dim);
  const [power, setPower] = useState(Math.log10(own.base));
  const [gap, setGap] = useState(20);
  const base = Math.round(10 ** power);
  useReading('embedding', { dim, base, shift: own.shift, gap }, (to) => {
    if (to.dim !== undefined) setDim(to.dim);
    if (to.base !== undefined) setPower(Math.log10(to.base));
    if (to.gap !== undefined) setGap(to.gap);
  });
  const options = useMemo(() => ({ ...own, dim, base }), [own, dim, base]);
  const at = useMemo(() => embedder(options), [options]);
  const all = useMemo(
    () => Array.from({ length: ROWS }, (_, i) => at(Math.round((i * (T - 1)) / (ROWS - 1)))),
    [at, T],
  );
  const now = t.value;
  const mine = useMemo(() => at(now), [now, at]);
  const points = useMemo(() => {
    const zero = at(0);
    return Array.from({ length: 2 * REACH + 1 }, (_, i) => [i - REACH, alike(zero, at(i - REACH))] as const);
  }, [at]);
  const otherTime = Math.min(Math.max(now + gap, 0), T - 1);
  const apart = otherTime - now;
  const theirs = useMemo(() => at(otherTime), [otherTime, at]);
  const shown = { gap: apart, alike: alike(mine, theirs) };
  const slowest = (2 * Math.PI) / frequenciesOf(options).at(-1)!;
  const changed = dim !== own.dim || base !== own.base;
  return (
    <Card title="How it is told t" class="grid gap-16">
      <p>
        The same network works at every t, and the noise is different at each. So t goes in as well: not as one number,
        but as {dim} sines and cosines, like the hands of a clock (<Cite of="vaswani2017" />
        ). The fast ones tell near times apart, the slow ones say where in the whole it is.
      </p>
      <p class="learn-time-formula">
        <Formula>
          {row(
            <mi>e</mi>,
            '(',
            <mi>t</mi>,
            ')',
            '=',
            '(',
            ...(own.cosinesFirst ? [COS, ',', SIN] : [SIN, ',', COS]),
            ')',
            ',',
          )}
        </Formula>{' '}
        <Formula>
          {row(
            OMEGA,
            '=',
            <msup>
              <mn>{grouped(base)}</mn>
              {row('−', fraction(<mi>i</mi>, <mn>{dim / 2 - own.shift}</mn>))}
            </msup>,
            ',',
            <mi>i</mi>,
            '=',
            <mn>0</mn>,
            '…',
            <mn>{dim / 2 - 1}</mn>,
          )}
        </Formula>
      </p>
      <div class="learn-time-sliders grid">
        <Slider
          label="The time, t"
          value={now}
          min={0}
          max={T - 1}
          onInput={(value) => {
            t.value = value;
          }}
        />
        <Slider
          label="Dimension"
          value={dim}
          min={4}
          max={128}
          step={4}
          format={(value) => (value === own.dim ? `${value}, this network’s` : `${value}`)}
          onInput={setDim}
        />
        <Slider
          label="Base"
          value={Math.round(power * FINE)}
          min={FINE}
          max={5 * FINE}
          format={(value) => grouped(Math.round(10 ** (value / FINE)))}
          hint={`The slowest hand goes round once in ${grouped(Math.round(slowest))} steps.`}
          onInput={(value) => setPower(value / FINE)}
        />
        {changed && (
          <Button
            kind="quiet"
            icon="retry"
            onClick={() => {
              setDim(own.dim);
              setPower(Math.log10(own.base));
            }}
          >
            As in this network
          </Button>
        )}
      </div>
      <div class="learn-row learn-time-row">
        <figure class="learn-figure grid slim gap-8">
          <div class="learn-heat">
            <Heat rows={all} label={`The time embedding of all t, 0 at the top, ${T - 1} at the bottom`} />
            <Lit share={now / (T - 1)} />
            <Lit share={otherTime / (T - 1)} other />
          </div>
          <figcaption>
            All times, 0 at the top and {T - 1} at the bottom; in each half the fast ones are on the left. The yellow
            line is t, the dashed one the other time.
          </figcaption>
        </figure>
        <figure class="learn-figure grid slim gap-8">
          <LineChart
            label={`Dot product of the vectors of two times, over its largest value: ${readable(shown.alike, 2)} where they are ${Math.abs(shown.gap)} steps apart`}
            points={points}
            x={{ name: 'steps from t to s', min: -REACH, max: REACH }}
            y="how alike"
            top={1}
            bottom={-1}
            marks={[{ at: shown.gap, value: shown.alike, words: readable(shown.alike, 2) }]}
          />
          <figcaption>
            Near times have near vectors:{' '}
            <Formula>{row(<mi>e</mi>, '(', <mi>t</mi>, ')', '·', <mi>e</mi>, '(', <mi>s</mi>, ')')}</Formula> is the sum
            of all <Formula>{row(<mi>cos</mi>, '(', OMEGA, '(', <mi>t</mi>, '−', <mi>s</mi>, ')', ')')}</Formula>, so
            only the distance counts. Where it is small, every cosine is near 1.
          </figcaption>
        </figure>
      </div>
      <Slider
        label="The other time, s"
        value={gap}
        min={-REACH}
        max={REACH}
        format={(value) => (value < 0 ? `t − ${-value}` : `t + ${value}`)}
        onInput={setGap}
      />
      <p class="learn-verdict">
        Dot product of t = {now} and {otherTime}: {readable((shown.alike * dim) / 2)}, which is {readable(shown.alike)}{' '}
        of the largest, {dim / 2}.
      </p>
      <p>Two small layers turn the vector into a shift for every channel of every block.</p>
    </Card>
  );
}

const OMEGA = sub('ω', 'i');
const [SIN, COS] = ['sin', 'cos'].map((name) => row(<mi>{name}</mi>, '(', OMEGA, <mi>t</mi>, ')')) as [
  JSX.Element,
  JSX.Element,
];
