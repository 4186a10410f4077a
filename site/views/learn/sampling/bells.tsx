/** The step that knows the picture and the step that the network takes: two bells, and how far they are apart. */
import { compileSampler, levelAt, makeSchedule, parseSchedulerConfig, predictionAt } from '@onnoise/scheduler';
import { Fragment, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Chart, Ticks } from '../../../components/chart.tsx';
import { Segmented, Slider } from '../../../components/field.tsx';
import { EPSILON_HAT, Formula, fraction, row, sub, X0, X0_HAT, XT } from '../../../components/math.tsx';
import { normalDensity } from '../../forward/chain/statistics.ts';
import { readable } from '../../forward/state/numbers.ts';
import { Cite } from '../parts.tsx';
import { workedOut } from './state.ts';

/**
 * One step back of one pixel, in the lecture's schedule: 300 timesteps, beta from 0.0001 to 0.02. a, b and sigma are those of
 * the scheduler's DDPM, Ho et al. 2020, equations 6 and 7.
 */

export const T = 300;
const CONFIG = parseSchedulerConfig({
  num_train_timesteps: T,
  beta_schedule: 'linear',
  beta_start: 0.0001,
  beta_end: 0.02,
  prediction_type: 'epsilon',
  clip_sample: false,
});
const { alphaBar } = makeSchedule(CONFIG);

/** Steps from noise to the picture: all, or as few as the walk through the algorithm takes. */
export const STEPS = [T, 20] as const;
export type Steps = (typeof STEPS)[number];

const tables = new Map(STEPS.map((steps) => [steps, compileSampler(CONFIG, { sampler: 'ddpm', steps })]));

export interface Moment {
  /** 1 to T: where the step begins. */
  t: number;
  /** Where it ends, 0 for the picture. */
  to: number;
  /** Share of the picture's variance at t, and where the step ends. */
  alphaBar: number;
  alphaBarBefore: number;
  /** Of this step. */
  alpha: number;
  beta: number;
  /** The mean is a x_t + b x_0, the standard deviation sigma. */
  a: number;
  b: number;
  sigma: number;
}

/** @param number of the step, counted from the picture: 1 is the last one, `steps` the first */
export function momentOf(steps: Steps, number: number): Moment {
  const { rows } = tables.get(steps)!;
  const { timestep, A, B, D } = rows[steps - number]!;
  const next = rows[steps - number + 1]?.timestep;
  const [now, before] = [alphaBar[timestep]!, next === undefined ? 1 : alphaBar[next]!];
  return {
    t: timestep + 1,
    to: next === undefined ? 0 : next + 1,
    alphaBar: now,
    alphaBarBefore: before,
    alpha: now / before,
    beta: 1 - now / before,
    a: A,
    b: B,
    sigma: D,
  };
}

/** x_t of a pixel and its noise. */
export function noisyOf({ alphaBar }: Moment, x0: number, epsilon: number): number {
  const { signal, noise } = levelAt(alphaBar);
  return signal * x0 + noise * epsilon;
}

/** The guessed picture, from the guessed noise. */
export function pictureOf({ alphaBar }: Moment, x: number, epsilon: number): number {
  const { p, q } = predictionAt('epsilon', levelAt(alphaBar));
  return p * x + q * epsilon;
}

/** The mean of the next x, from the picture: ours. */
export const meanOf = ({ a, b }: Moment, x: number, x0: number): number => a * x + b * x0;

/** KL divergence of two bells of one width. */
export const divergence = (mean: number, other: number, sigma: number): number =>
  (mean - other) ** 2 / (2 * sigma ** 2);

/** What the square of the noise's error is multiplied by in the divergence: Ho et al. 2020, equation 12. */
export const weightOf = ({ alpha, beta, alphaBar, sigma }: Moment): number =>
  beta ** 2 / (2 * sigma ** 2 * alpha * (1 - alphaBar));

const before = row(<mi>t</mi>, '−', <mn>1</mn>);

const next = sub('x', before);
const theta = sub('μ', 'θ');

/** N(mean, sigma^2) */
const bell = (mean: JSX.Element) =>
  row(
    <mi mathvariant="normal">𝒩</mi>,
    row(
      '(',
      mean,
      ',',
      <msup>
        <mi>σ</mi>
        <mn>2</mn>
      </msup>,
      ')',
    ),
  );

/** a x_t + b picture */
const mixed = (picture: JSX.Element) => row(<mi>a</mi>, XT, '+', <mi>b</mi>, picture);

/** The pixel, and the noise that it got. */
const [PIXEL, NOISE] = [0.6, 0.8];

const given = (of: JSX.Element, ...from: (JSX.Element | string)[]) => row('(', of, <mo>|</mo>, ...from, ')');
const squared = (of: JSX.Element) => (
  <msup>
    {of}
    <mn>2</mn>
  </msup>
);

export function Bells() {
  const [steps, setSteps] = useState<Steps>(20);
  const [place, setPlace] = useState(0.5);
  const [off, setOff] = useState(0.5);
  const number = Math.max(2, Math.round(place * steps)); // the last step draws nothing, so it is left out
  const now = momentOf(steps, number);
  const x = noisyOf(now, PIXEL, NOISE);
  const picture = pictureOf(now, x, NOISE + off);
  const [mean, guess] = [meanOf(now, x, PIXEL), meanOf(now, x, picture)];
  const [here, there, wide, apart] = workedOut([mean, guess, now.sigma], ([m, g, s]) => divergence(m!, g!, s!));
  return (
    <Card title="One step back, as two bells" class="learn-step grid gap-16">
      <p>
        A step forward draws from a bell. So does a step back, once the picture x₀ is known (<Cite of="ho2020" />,
        equations 6 and 7):
      </p>
      <p>
        <Formula>{row(<mi>q</mi>, given(next, XT, ',', X0), '=', bell(mixed(X0)))}</Formula>
      </p>
      <p>
        The network does not know x<sub>0</sub>. So it takes the same bell around its own guess, and that is the
        backward process:
      </p>
      <p>
        <Formula>{row(sub('p', 'θ'), given(next, XT), '=', bell(mixed(X0_HAT)))}</Formula>
      </p>
      <div class="learn-row">
        <BellDrawing x={x} x0={PIXEL} picture={picture} mean={mean} guess={guess} sigma={now.sigma} />
        <div class="grid top gap-14">
          <Segmented label="Steps in all" value={steps} options={STEPS} onChange={setSteps} />
          <Slider
            label="Time t of the step"
            value={number}
            min={2}
            max={steps}
            format={(value) => {
              const { t, to } = momentOf(steps, value);
              return `t = ${t}, to ${to}, of ${T}`;
            }}
            onInput={(value) => setPlace(value / steps)}
          />
          <Slider
            label="The guessed noise is off by"
            value={off}
            min={-1}
            max={1}
            step={0.05}
            format={(value) => readable(value, 2)}
            onInput={setOff}
          />
          <p class="number learn-step-guess small">
            <Formula>{EPSILON_HAT}</Formula> = {readable(NOISE + off)} for {readable(NOISE)},{' '}
            <Formula>{X0_HAT}</Formula> = {readable(picture)} for {readable(PIXEL)}
          </p>
        </div>
      </div>
      <p>
        Training moves one bell onto the other. How far they are apart is their Kullback–Leibler divergence. Both are
        equally wide, so it depends on the means alone:
      </p>
      <p class="learn-step-result">
        <Formula>
          {row(
            <mi mathvariant="normal">KL</mi>,
            '=',
            fraction(squared(row('(', <mi>μ</mi>, '−', theta, ')')), row(<mn>2</mn>, squared(<mi>σ</mi>))),
          )}
        </Formula>{' '}
        <span class="number">
          = ({here} − {guess < 0 ? `(${there})` : there})² / (2 · {wide}²) = <strong>{apart}</strong>
        </span>
      </p>
      <p class="field-hint">
        In terms of the noise that is {readable(weightOf(now))} · (ε − <Formula>{EPSILON_HAT}</Formula>)². The number in
        front falls while t grows. <Cite of="ho2020" /> leave it out, and so the loss of algorithm 1 remains. With all{' '}
        {T} steps the bells nearly coincide whatever the guess, except at the end: a small step cannot go far wrong.
        That is why a bell will do for it.
      </p>
    </Card>
  );
}

const WIDTH = 360;
/** Of the upper axis, which goes from -RANGE to RANGE. */
const [ABOVE, RANGE] = [44, 2.4];
/** Of the lower one, which is SPAN standard deviations wide, or wider where the bells are farther apart. */
const [FLOOR, TOP, SPAN] = [206, 84, 8];

/** Names of two marks that are near to each other go apart. */
const anchorOf = (own: number, other: number) =>
  Math.abs(own - other) > 24 ? 'middle' : own < other ? 'end' : 'start';

interface BellDrawingProps {
  x: number;
  x0: number;
  /** The guess. */
  picture: number;
  /** Of the bell that knows x0, and of the network's. */
  mean: number;
  guess: number;
  sigma: number;
}

function BellDrawing({ x, x0, picture, mean, guess, sigma }: BellDrawingProps) {
  const middle = (mean + guess) / 2;
  const reach = Math.max(SPAN / 2, Math.abs(mean - guess) / (2 * sigma) + 3) * sigma;
  const above = (value: number) => ((Math.min(RANGE, Math.max(-RANGE, value)) + RANGE) / (2 * RANGE)) * WIDTH;
  const peak = normalDensity(0, sigma);
  const bellAround = (around: number) =>
    Array.from({ length: 181 }, (_, i) => {
      const value = middle - reach + (i * reach) / 90;
      return [value, normalDensity(value - around, sigma) / peak] as const;
    });
  const marks = [
    { value: x0, words: 'x₀', symbol: 'x0', class: 'learn-step-q', up: true, anchor: anchorOf(above(x0), above(x)) },
    { value: picture, words: 'x̂₀', symbol: 'x^0', class: 'learn-step-p', up: false, anchor: 'middle' },
    { value: x, words: 'xₜ', symbol: 'xt', class: 'learn-step-x', up: true, anchor: anchorOf(above(x), above(x0)) },
  ] as const;
  const [left, right] = [above(middle - reach), above(middle + reach)];
  return (
    <Chart
      class="learn-step-drawing"
      label={`Two bells, ${readable(sigma)} wide: around ${readable(mean)} with x₀, around ${readable(guess)} with the guess`}
      size={[WIDTH, 232]}
      sides={[TOP, 0, 232 - FLOOR, 0]}
      x={{ from: middle - reach, to: middle + reach }}
      y={{ from: 0, to: 1 }}
    >
      {(at) => (
        <>
          <path
            class="learn-step-zoom"
            d={`M${left} ${ABOVE}L0 ${TOP - 8}V${FLOOR}H${WIDTH}V${TOP - 8}L${right} ${ABOVE}Z`}
          />
          <path class="chart-axis" d={`M0 ${ABOVE}H${WIDTH}M0 ${FLOOR}H${WIDTH}`} />
          <path class="chart-axis" d={[-2, -1, 0, 1, 2].map((tick) => `M${above(tick)} ${ABOVE - 3}v6`).join('')} />
          {marks.map((mark) => (
            <g key={mark.words} class={mark.class} data-symbol={mark.symbol}>
              <circle cx={above(mark.value)} cy={ABOVE} r={5} />
              <text x={above(mark.value)} y={mark.up ? ABOVE - 12 : ABOVE + 20} text-anchor={mark.anchor}>
                {Math.abs(mark.value) > RANGE ? `${mark.words} = ${readable(mark.value, 2)}` : mark.words}
              </text>
            </g>
          ))}
          {[guess, mean].map((around, i) => (
            <Fragment key={i}>
              <path class={i ? 'chart-line chart-second' : 'chart-line'} d={at.line(bellAround(around))} />
              <path
                class={i ? 'learn-step-mean chart-second' : 'learn-step-mean'}
                d={at.line([
                  [around, 0],
                  [around, 1],
                ])}
              />
            </Fragment>
          ))}
          <text class="learn-step-q" x={4} y={TOP + 8}>
            q, with x₀
          </text>
          <text class="learn-step-p" x={4} y={TOP + 24}>
            p, with x̂₀
          </text>
          <Ticks values={[middle - reach / 2, middle, middle + reach / 2]} at={at} y={FLOOR + 16} />
        </>
      )}
    </Chart>
  );
}
