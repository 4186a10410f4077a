/** Draws of one pixel: from a bell that moves and widens with beta, and by the reparametrisation trick. */
import { Fragment } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { Bars, Chart, Ticks } from '../../../components/chart.tsx';
import { Segmented, Slider } from '../../../components/field.tsx';
import { alphaBar, Formula, less, letter, epsilon as noise, root, row, X0, XT } from '../../../components/math.tsx';
import { density, emptyTally, normalDensity, tallied } from '../../forward/chain/statistics.ts';
import { readable } from '../../forward/state/numbers.ts';
import { valuesAt } from '../../forward/state/schedules.ts';
import { epsilon, schedules } from '../../forward/state/state.ts';
import { useReading } from '../readings.ts';

/** The axis goes from -RANGE to RANGE. */
const RANGE = 3;
const BINS = 60;
const DRAWS = 500;

export function Bell({ onMove }: { onMove(): void }) {
  const [place, setPlace] = useState(placeOf(0.02));
  const [x, setX] = useState(0.8);
  const [seed, setSeed] = useState(0);
  const beta = betaAt(place);
  useReading('bell', { beta });
  const { mean, deviation } = stepOfPixel(x, beta);
  const drawn = useMemo(
    () => (seed === 0 ? null : epsilon(seed, DRAWS).map((value) => mean + deviation * value)),
    [seed, mean, deviation],
  );
  return (
    <Card title="One pixel, one step" class="grid gap-16">
      <p>
        A pixel has the value {readable(x, 2)} (−1 is black, 1 is white). One step draws its next value from a normal
        distribution with the mean <Formula>{row(root(less(<mi>β</mi>)), <mi>x</mi>)}</Formula> = {readable(mean, 2)}{' '}
        and the standard deviation <Formula>{root(<mi>β</mi>)}</Formula> = {readable(deviation, 2)}.
      </p>
      <div class="learn-row learn-bell-row">
        <Drawing x={x} mean={mean} deviation={deviation} drawn={drawn} />
        <div class="learn-bell-side">
          <Slider
            label="β of this step"
            value={place}
            min={0}
            max={PLACES}
            format={(value) => readable(betaAt(value), 2)}
            hint="The tutorial goes from 0.0001 to 0.02."
            onInput={(value) => {
              setPlace(value);
              onMove();
            }}
          />
          <Slider
            label="The pixel, x"
            value={x}
            min={-1}
            max={1}
            step={0.05}
            format={(v) => readable(v, 2)}
            onInput={setX}
          />
          <div class="row gap-8">
            <Button icon="dice" onClick={() => setSeed(1 + Math.floor(Math.random() * 2 ** 32))}>
              Draw {DRAWS} times
            </Button>
          </div>
        </div>
      </div>
      <p class="field-hint">
        Each pixel of a picture draws for itself. With a small β the picture hardly changes, so it takes many steps;
        with a β near 1 one step is enough to destroy it, and nothing could be learned from that.
      </p>
    </Card>
  );
}

interface DrawingProps {
  x: number;
  mean: number;
  deviation: number;
  drawn: Float32Array | null;
}

function Drawing({ x, mean, deviation, drawn }: DrawingProps) {
  const peak = normalDensity(0, deviation);
  const points = Array.from({ length: 241 }, (_, i) => -RANGE + (i * 2 * RANGE) / 240);
  // A narrow bell must not fall between two of the points.
  const near = Array.from({ length: 81 }, (_, i) => mean + ((i - 40) / 10) * deviation);
  const all = [...points, ...near].filter((value) => Math.abs(value) <= RANGE).sort((a, b) => a - b);
  const bars = drawn && density(tallied(emptyTally(RANGE, BINS), drawn));
  return (
    <Chart
      label={`A bell around ${readable(mean, 2)}, ${readable(deviation, 2)} wide; the pixel was ${readable(x, 2)}`}
      size={[360, 190]}
      sides={[12, 0, 30, 0]}
      x={{ from: -RANGE, to: RANGE }}
      y={{ from: 0, to: peak }}
    >
      {(at) => (
        <>
          {bars && <Bars values={bars} at={at} class={() => 'learn-bell-bar'} />}
          <path class="chart-axis" d={`M0 ${at.ends.bottom}H360`} />
          <Ticks values={[-2, -1, 0, 1, 2]} at={at} y={174} />
          <path class="chart-line" d={at.line(all.map((v) => [v, normalDensity(v - mean, deviation)]))} />
          <path
            class="chart-dashed"
            d={at.line([
              [x, 0],
              [x, peak],
            ])}
          />
          <text x={at.right(x)} y={187} text-anchor="middle">
            x before
          </text>
          <path
            class="learn-bell-mean"
            d={at.line([
              [mean, 0],
              [mean, peak],
            ])}
          />
        </>
      )}
    </Chart>
  );
}

/** N(mean, variance): what a pixel of value x becomes in a step. */
const stepOfPixel = (x: number, beta: number) => ({ mean: Math.sqrt(1 - beta) * x, deviation: Math.sqrt(beta) });

/** Slider places from 0 to 100: most of them are for small betas, which schedules have. */
const PLACES = 100;
const SMALLEST = 0.0001;

const betaAt = (place: number): number => Math.max(SMALLEST, (place / PLACES) ** 3);
const placeOf = (beta: number): number => Math.round(Math.cbrt(beta) * PLACES);

/** The reparametrisation trick: one draw, moved by the mean and widened by the deviation. */

/** Seed of the first draw, and how many stay on show. */
const [SEED, MOST] = [23, 60];

type Kind = 'free' | 'time';

export function Reparametrise() {
  const [kind, setKind] = useState<Kind>('free');
  const [mu, setMu] = useState(0.5);
  const [sigma, setSigma] = useState(0.8);
  const [x0, setX0] = useState(0.8);
  const [t, setT] = useState(120);
  const [draws, setDraws] = useState<readonly number[]>(() => [epsilon(SEED, 1)[0]!]);
  const schedule = schedules.value.linear;
  const time = Math.min(t, schedule.T);
  useReading('draw', { ofTime: kind === 'time', x0, t: time }, (to) => {
    if (to.ofTime) setKind('time');
    if (to.x0 !== undefined) setX0(to.x0);
    if (to.t !== undefined) setT(to.t);
  });
  const { signal, noise } = valuesAt(schedule, time);
  const [mean, deviation] = kind === 'free' ? [mu, sigma] : [signal * x0, noise];
  const now = draws.at(-1)!;
  const z = mean + deviation * now;
  return (
    <Card title="The reparametrisation trick" class="grid gap-16">
      <p>
        To draw from any bell, draw ε from the standard one, stretch it by σ and move it by μ. All the chance is in ε,
        which knows nothing of μ and σ.
      </p>
      <p class="learn-moved-formula">
        <Formula>{kind === 'free' ? FREE : TIME}</Formula>{' '}
        <span class="number">
          = {kind === 'free' ? say(mean) : `${say(signal)} · ${signed(x0)}`} + {say(deviation)} · {signed(now)} ={' '}
          <strong>{say(z)}</strong>
        </span>
      </p>
      <div class="learn-row learn-bell-row">
        <Moved mean={mean} deviation={deviation} draws={draws} name={kind === 'free' ? 'z' : 'xₜ'} />
        <div class="learn-bell-side">
          <Segmented<Kind>
            label="Mean and deviation"
            value={kind}
            options={{ free: 'Any μ and σ', time: 'Of xₜ' }}
            onChange={setKind}
          />
          {kind === 'free' ? (
            <>
              <Slider label="Mean μ" value={mu} min={-1.5} max={1.5} step={0.05} format={say} onInput={setMu} />
              <Slider
                label="Deviation σ"
                value={sigma}
                min={0.05}
                max={1.2}
                step={0.05}
                format={say}
                onInput={setSigma}
              />
            </>
          ) : (
            <>
              <Slider label="Pixel x₀" value={x0} min={-1} max={1} step={0.05} format={say} onInput={setX0} />
              <Slider
                label="Time t of the jump"
                value={time}
                min={1}
                max={schedule.T}
                format={(value) => `${value} of ${schedule.T}`}
                onInput={setT}
              />
            </>
          )}
          <div class="row gap-8">
            <Button
              icon="dice"
              onClick={() => {
                const drawn = epsilon(Math.floor(Math.random() * 2 ** 32), 1)[0]!;
                setDraws((before) => [...before, drawn].slice(-MOST));
              }}
            >
              Draw ε
            </Button>
            <p class="number muted">ε = {say(now)}</p>
          </div>
        </div>
      </div>
      <p>
        Move μ, and the draw moves as far; widen the bell, and it moves by ε times as much. So a draw has a gradient,
        though it is random. For diffusion it does more: x<sub>t</sub> is one such draw, with μ ={' '}
        <Formula>{row(root(alphaBar), X0)}</Formula> and σ = <Formula>{root(less(alphaBar))}</Formula>, where ᾱ
        <sub>t</sub> is what is left of the picture’s variance. Its ε is what the network will have to guess.
      </p>
    </Card>
  );
}

const z = letter('z');
const FREE = row(z, '=', letter('μ'), '+', letter('σ'), noise);
const TIME = row(XT, '=', root(alphaBar), X0, '+', root(less(alphaBar)), noise);

/** Two decimals, so that the sum can be checked by hand. */
const say = (value: number) => value.toFixed(2).replace('-', '−');
const signed = (value: number) => (value < 0 ? `(${say(value)})` : say(value));

const WIDTH = 360;
/** Both axes go from -RANGE to RANGE. */
const REACH = 4;
/** Of the upper and of the lower axis. */
const [ABOVE, BELOW] = [66, 184];
/** Height of a bell of deviation 1; narrower ones are taller, up to TALL. */
const [ONE, TALL] = [46, 78];

interface MovedProps {
  mean: number;
  deviation: number;
  /** The last one is the one on show. */
  draws: readonly number[];
  /** Of what is drawn. */
  name: string;
}

function Moved({ mean, deviation, draws, name }: MovedProps) {
  const now = draws.at(-1)!;
  const z = mean + deviation * now;
  const symbol = name === 'xₜ' ? 'xt' : 'z';
  return (
    <Chart
      class="learn-moved"
      label={`ε = ${now.toFixed(2)} becomes ${name} = ${z.toFixed(2)}`}
      size={[WIDTH, 206]}
      x={{ from: -REACH, to: REACH }}
      y={{ from: 206, to: 0 }}
    >
      {(at) => (
        <>
          {[
            { floor: ABOVE, mean: 0, deviation: 1 },
            { floor: BELOW, mean, deviation },
          ].map(({ floor, mean, deviation }) => {
            const peak = Math.min(TALL, ONE / deviation);
            const bell = Array.from({ length: 121 }, (_, i) => {
              const away = ((i - 60) / 15) * deviation;
              const share = normalDensity(away, deviation) / normalDensity(0, deviation);
              return [mean + away, floor - share * peak] as const;
            });
            return (
              <Fragment key={floor}>
                <path class="chart-axis" d={`M0 ${floor}H${WIDTH}`} />
                <Ticks values={[-3, -2, -1, 0, 1, 2, 3]} at={at} y={floor + 15} />
                <path class="chart-line" d={at.line(bell)} />
                <path
                  class="learn-bell-mean"
                  d={at.line([
                    [mean, floor - peak],
                    [mean, floor],
                  ])}
                />
              </Fragment>
            );
          })}
          <text x={6} y={ABOVE - 8} data-symbol="ε">
            ε
          </text>
          <text x={6} y={BELOW - 8} data-symbol={symbol}>
            {name}
          </text>
          {draws.slice(0, -1).map((draw, i) => (
            <g key={i} class="learn-moved-old">
              <circle cx={at.right(draw)} cy={ABOVE} r={2.5} />
              <circle cx={at.right(mean + deviation * draw)} cy={BELOW} r={2.5} />
            </g>
          ))}
          <path
            class="chart-dashed"
            d={at.line([
              [now, ABOVE],
              [z, BELOW],
            ])}
          />
          <circle class="chart-dot" cx={at.right(now)} cy={ABOVE} r={5} data-symbol="ε" />
          <circle class="chart-dot" cx={at.right(z)} cy={BELOW} r={5} data-symbol={symbol} />
        </>
      )}
    </Chart>
  );
}
