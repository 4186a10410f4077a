/** Two axes: epsilon on the standard bell above, and below what it becomes, with the arrows of its gradient. */
import type { JSX } from 'preact';
import { normalDensity } from '../../forward/chain/statistics.ts';
import { drawnFrom, slopesOf } from './draws.ts';

const [WIDTH, HEIGHT] = [360, 262];
/** Both axes go from -RANGE to RANGE. */
const RANGE = 4;
const UNIT = WIDTH / (2 * RANGE);
/** Of the upper and of the lower axis, and of the arrows below. */
const [ABOVE, BELOW, ARROWS] = [66, 184, [222, 246]] as const;
/** Height of a bell of deviation 1; narrower ones are taller, up to TALL. */
const [ONE, TALL] = [46, 78];

const right = (value: number) => (value + RANGE) * UNIT;

export interface MovedProps {
  mean: number;
  deviation: number;
  /** The last one is the one on show. */
  draws: readonly number[];
  /** Of what is drawn. */
  name: string;
}

export function Moved({ mean, deviation, draws, name }: MovedProps): JSX.Element {
  const now = draws.at(-1)!;
  const z = drawnFrom(mean, deviation, now);
  const slopes = slopesOf(now);
  return (
    <svg
      class="learn-bell-drawing learn-moved"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`ε = ${now.toFixed(2)} becomes ${name} = ${z.toFixed(2)}; it moves by 1 with μ and by ${slopes.sigma.toFixed(2)} with σ`}
    >
      <Axis floor={ABOVE} mean={0} deviation={1} />
      <Axis floor={BELOW} mean={mean} deviation={deviation} />
      <text x={6} y={ABOVE - 8} data-symbol="ε">
        ε
      </text>
      <text x={6} y={BELOW - 8} data-symbol={name === 'xₜ' ? 'xt' : 'z'}>
        {name}
      </text>
      {draws.slice(0, -1).map((draw, i) => (
        <g key={i} class="learn-moved-old">
          <circle cx={right(draw)} cy={ABOVE} r={2.5} />
          <circle cx={right(drawnFrom(mean, deviation, draw))} cy={BELOW} r={2.5} />
        </g>
      ))}
      <path class="learn-moved-way" d={`M${right(now)} ${ABOVE}L${right(z)} ${BELOW}`} />
      <circle class="learn-moved-now" cx={right(now)} cy={ABOVE} r={5} data-symbol="ε" />
      <circle class="learn-moved-now" cx={right(z)} cy={BELOW} r={5} data-symbol={name === 'xₜ' ? 'xt' : 'z'} />
      <path class="learn-moved-drop" d={`M${right(z)} ${BELOW}V${ARROWS[1] + 6}`} />
      <Arrow class="learn-moved-mu" from={z} by={slopes.mu} y={ARROWS[0]} words="∂z/∂μ" />
      <Arrow class="learn-moved-sigma" from={z} by={slopes.sigma} y={ARROWS[1]} words="∂z/∂σ" />
    </svg>
  );
}

function Axis({ floor, mean, deviation }: { floor: number; mean: number; deviation: number }): JSX.Element {
  const peak = Math.min(TALL, ONE / deviation);
  const points = Array.from({ length: 121 }, (_, i) => mean + ((i - 60) / 15) * deviation);
  const line = points.map((value, i) => {
    const tall = floor - (normalDensity(value - mean, deviation) / normalDensity(0, deviation)) * peak;
    return `${i ? 'L' : 'M'}${right(value).toFixed(1)} ${tall.toFixed(1)}`;
  });
  return (
    <>
      <path class="learn-chart-axis" d={`M0 ${floor}H${WIDTH}`} />
      {[-3, -2, -1, 0, 1, 2, 3].map((tick) => (
        <text key={tick} x={right(tick)} y={floor + 15} text-anchor="middle">
          {String(tick).replace('-', '−')}
        </text>
      ))}
      <path class="learn-chart-line" d={line.join('')} />
      <path class="learn-bell-mean" d={`M${right(mean)} ${floor - peak}V${floor}`} />
    </>
  );
}

interface ArrowProps {
  class: string;
  from: number;
  /** In the axis' units. */
  by: number;
  y: number;
  words: string;
}

function Arrow({ class: kind, from, by, y, words }: ArrowProps): JSX.Element {
  const [start, end] = [right(from), right(from + by)];
  const back = by < 0 ? 5 : -5;
  return (
    <g class={kind} data-symbol={kind === 'learn-moved-mu' ? 'μ' : 'σ'}>
      <path d={`M${start} ${y}H${end}m${back} -4L${end} ${y}l${back} 4`} />
      <text x={by < 0 ? start + 8 : start - 8} y={y + 4} text-anchor={by < 0 ? 'start' : 'end'}>
        {words}
      </text>
    </g>
  );
}
