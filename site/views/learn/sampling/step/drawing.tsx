/** Two bells of one width: where they lie among the values of the pixel, and both enlarged. */
import type { JSX } from 'preact';
import { normalDensity } from '../../../forward/chain/statistics.ts';
import { readable } from '../../../forward/state/numbers.ts';

const [WIDTH, HEIGHT] = [360, 232];
/** Of the upper axis, which goes from -RANGE to RANGE. */
const [ABOVE, RANGE] = [44, 2.4];
/** Of the lower one, which is SPAN standard deviations wide, or wider where the bells are farther apart. */
const [FLOOR, TOP, SPAN] = [206, 84, 8];

/** Names of two marks that are near to each other go apart. */
const anchorOf = (own: number, other: number) =>
  Math.abs(own - other) > 24 ? 'middle' : own < other ? 'end' : 'start';

export interface BellDrawingProps {
  x: number;
  x0: number;
  /** The guess. */
  picture: number;
  /** Of the bell that knows x0, and of the network's. */
  mean: number;
  guess: number;
  sigma: number;
}

export function BellDrawing({ x, x0, picture, mean, guess, sigma }: BellDrawingProps): JSX.Element {
  const middle = (mean + guess) / 2;
  const reach = Math.max(SPAN / 2, Math.abs(mean - guess) / (2 * sigma) + 3) * sigma;
  const above = (value: number) => ((Math.min(RANGE, Math.max(-RANGE, value)) + RANGE) / (2 * RANGE)) * WIDTH;
  const below = (value: number) => ((value - middle + reach) / (2 * reach)) * WIDTH;
  const peak = normalDensity(0, sigma);
  const curve = (around: number) =>
    Array.from({ length: 181 }, (_, i) => {
      const value = middle - reach + (i * reach) / 90;
      const tall = FLOOR - (normalDensity(value - around, sigma) / peak) * (FLOOR - TOP);
      return `${i ? 'L' : 'M'}${below(value).toFixed(1)} ${tall.toFixed(1)}`;
    }).join('');
  const marks = [
    { value: x0, words: 'x₀', symbol: 'x0', class: 'learn-step-q', up: true, anchor: anchorOf(above(x0), above(x)) },
    { value: picture, words: 'x̂₀', symbol: 'x^0', class: 'learn-step-p', up: false, anchor: 'middle' },
    { value: x, words: 'xₜ', symbol: 'xt', class: 'learn-step-x', up: true, anchor: anchorOf(above(x), above(x0)) },
  ] as const;
  const [left, right] = [above(middle - reach), above(middle + reach)];
  return (
    <svg
      class="learn-step-drawing"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`Two bells, ${readable(sigma)} wide: around ${readable(mean)} with x₀, around ${readable(guess)} with the guess`}
    >
      <path
        class="learn-step-zoom"
        d={`M${left} ${ABOVE}L0 ${TOP - 8}V${FLOOR}H${WIDTH}V${TOP - 8}L${right} ${ABOVE}Z`}
      />
      <path class="learn-chart-axis" d={`M0 ${ABOVE}H${WIDTH}`} />
      {[-2, -1, 0, 1, 2].map((tick) => (
        <path key={tick} class="learn-chart-axis" d={`M${above(tick)} ${ABOVE - 3}v6`} />
      ))}
      {marks.map((mark) => (
        <g key={mark.words} class={mark.class} data-symbol={mark.symbol}>
          <circle cx={above(mark.value)} cy={ABOVE} r={5} />
          <text x={above(mark.value)} y={mark.up ? ABOVE - 12 : ABOVE + 20} text-anchor={mark.anchor}>
            {Math.abs(mark.value) > RANGE ? `${mark.words} = ${readable(mark.value, 2)}` : mark.words}
          </text>
        </g>
      ))}
      <path class="learn-chart-axis" d={`M0 ${FLOOR}H${WIDTH}`} />
      <path class="learn-chart-line learn-step-line-q" d={curve(mean)} />
      <path class="learn-chart-line" d={curve(guess)} />
      <path class="learn-step-mean learn-step-line-q" d={`M${below(mean)} ${TOP}V${FLOOR}`} />
      <path class="learn-step-mean learn-step-line-p" d={`M${below(guess)} ${TOP}V${FLOOR}`} />
      <text class="learn-step-name-q" x={4} y={TOP + 8}>
        q, with x₀
      </text>
      <text class="learn-step-name-p" x={4} y={TOP + 24}>
        p, with x̂₀
      </text>
      {[middle - reach / 2, middle, middle + reach / 2].map((tick) => (
        <text key={tick} x={below(tick)} y={FLOOR + 16} text-anchor="middle">
          {readable(tick)}
        </text>
      ))}
    </svg>
  );
}
