/** What one pixel becomes in one step: a bell that moves and widens with beta, and what is drawn from it. */
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { useInTurn } from '../../../components/later.tsx';
import { Formula, less, root, row } from '../../../components/math.tsx';
import { Notice } from '../../../components/notice.tsx';
import { Slider } from '../../../components/slider.tsx';
import { normalDensity } from '../../forward/chain/statistics.ts';
import { epsilon } from '../../forward/state/noisy.ts';
import { readable } from '../../forward/state/numbers.ts';
import { picture as forwardPicture, notice } from '../../forward/state/state.ts';
import { Panel } from '../panel.tsx';
import { useReading } from '../readings.ts';

const [WIDTH, HEIGHT, FLOOR, TOP] = [360, 190, 160, 12];
/** The axis goes from -RANGE to RANGE. */
const RANGE = 3;
const BINS = 60;
const DRAWS = 500;

const right = (value: number) => ((value + RANGE) / (2 * RANGE)) * WIDTH;

export function Bell({ onMove }: { onMove(): void }): JSX.Element {
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
      <div class="learn-bell-row">
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
      <WholePicture beta={beta} />
    </Card>
  );
}

interface DrawingProps {
  x: number;
  mean: number;
  deviation: number;
  drawn: Float32Array | null;
}

function Drawing({ x, mean, deviation, drawn }: DrawingProps): JSX.Element {
  const peak = normalDensity(0, deviation);
  const tall = (share: number) => FLOOR - share * (FLOOR - TOP);
  const points = Array.from({ length: 241 }, (_, i) => -RANGE + (i * 2 * RANGE) / 240);
  // A narrow bell must not fall between two of the points.
  const near = Array.from({ length: 81 }, (_, i) => mean + ((i - 40) / 10) * deviation);
  const all = [...points, ...near].filter((value) => Math.abs(value) <= RANGE).sort((a, b) => a - b);
  const line = all.map(
    (v, i) => `${i ? 'L' : 'M'}${right(v).toFixed(2)} ${tall(normalDensity(v - mean, deviation) / peak).toFixed(2)}`,
  );
  const bars = drawn && counts(drawn, BINS, RANGE);
  const width = (2 * RANGE) / BINS;
  return (
    <svg
      class="learn-bell-drawing"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`A bell around ${readable(mean, 2)}, ${readable(deviation, 2)} wide; the pixel was ${readable(x, 2)}`}
    >
      {bars?.map((count, i) => {
        const height = Math.min(1, count / drawn!.length / width / peak) * (FLOOR - TOP);
        return (
          <rect
            key={i}
            class="learn-bell-bar"
            x={(i * WIDTH) / BINS}
            y={FLOOR - height}
            width={WIDTH / BINS - 0.6}
            height={height}
          />
        );
      })}
      <path class="learn-chart-axis" d={`M0 ${FLOOR}H${WIDTH}`} />
      {[-2, -1, 0, 1, 2].map((tick) => (
        <text key={tick} x={right(tick)} y={FLOOR + 14} text-anchor="middle">
          {String(tick).replace('-', '−')}
        </text>
      ))}
      <path class="learn-chart-line" d={line.join('')} />
      <path class="learn-bell-was" d={`M${right(x)} ${TOP}V${FLOOR}`} />
      <text x={right(x)} y={FLOOR + 27} text-anchor="middle">
        x before
      </text>
      <path class="learn-bell-mean" d={`M${right(mean)} ${TOP}V${FLOOR}`} />
    </svg>
  );
}

/** The same step for every pixel of a picture. */
function WholePicture({ beta }: { beta: number }): JSX.Element {
  const picture = useInTurn(forwardPicture.value ?? undefined);
  const grain = useMemo(() => picture && epsilon(9, picture.x0.length), [picture]);
  const after =
    picture && grain && picture.x0.map((value, i) => Math.sqrt(1 - beta) * value + Math.sqrt(beta) * grain[i]!);
  const shape = picture?.shape ?? [1, 64, 64];
  return (
    <div class="learn-bell-picture">
      <Panel title="Before" words="each pixel its own bell" values={picture?.x0} shape={shape} />
      <Panel title="After one step" words={`β = ${readable(beta, 2)}`} values={after} shape={shape} />
      <p class="field-hint">
        Each pixel draws for itself. With a small β the picture hardly changes, so it takes many steps; with a β near 1
        one step is enough to destroy it, and nothing could be learned from that.
      </p>
      <Notice text={notice.value} />
    </div>
  );
}

/** One pixel's step of the forward process, and the way from a slider to beta. */

/** N(mean, variance): what a pixel of value x becomes in a step. */
const stepOfPixel = (x: number, beta: number) => ({ mean: Math.sqrt(1 - beta) * x, deviation: Math.sqrt(beta) });

/** Slider places from 0 to 100: most of them are for small betas, which schedules have. */
const PLACES = 100;
const SMALLEST = 0.0001;

const betaAt = (place: number): number => Math.max(SMALLEST, (place / PLACES) ** 3);
const placeOf = (beta: number): number => Math.round(Math.cbrt(beta) * PLACES);

/** Counts of values in equal bins over [-range, range]; values outside fall in none. */
function counts(values: Float32Array, bins: number, range: number): number[] {
  const all = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value + range) / (2 * range)) * bins);
    if (bin >= 0 && bin < bins) all[bin]!++;
  }
  return all;
}
