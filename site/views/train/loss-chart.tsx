/** The loss over the steps, as it falls: one line, drawn anew with each point. */
import type { JSX } from 'preact';
import { Card } from '../../components/card.tsx';
import { curve, info } from './state.ts';

const [WIDTH, HEIGHT] = [600, 200];

/** Nothing before a training is open. */
export function Loss(): JSX.Element | null {
  if (!info.value) return null;
  const { weights, batch, reason } = info.value;
  return (
    <Card title="Loss">
      <LossChart />
      <p class="field-hint">
        A network of {weights.toLocaleString('en')} weights, {batch} pictures a step. {reason}
      </p>
    </Card>
  );
}

function LossChart(): JSX.Element {
  const { points, each, first } = curve.value;
  const highest = niceAbove(Math.max(...points, 0.1));
  const last = first + each * points.length;
  const x = (i: number) => ((i + 0.5) / Math.max(points.length, 2)) * WIDTH;
  const y = (loss: number) => HEIGHT * (1 - loss / highest);
  const line = points.map((loss, i) => `${x(i).toFixed(1)},${y(loss).toFixed(1)}`).join(' ');
  const words = points.length === 0 ? 'no steps yet' : `from ${words3(points[0]!)} to ${words3(points.at(-1)!)}`;
  return (
    <figure class="train-chart grid gap-4">
      <div class="train-chart-box">
        <span class="train-chart-top muted fine number">{highest}</span>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Loss: ${words}`}>
          {[0.25, 0.5, 0.75].map((share) => (
            <line key={share} class="train-grid" x1={0} x2={WIDTH} y1={HEIGHT * share} y2={HEIGHT * share} />
          ))}
          <polyline class="train-line" points={line} />
        </svg>
      </div>
      <figcaption class="train-chart-foot number">
        <span>{first}</span>
        <span class="muted">{each > 1 ? `steps, the mean of ${each} each` : 'steps'}</span>
        <span>{last}</span>
      </figcaption>
    </figure>
  );
}

const words3 = (loss: number) => loss.toPrecision(3);

/** The next of 0.1, 0.2, 0.5, 1, 2, 5 ... */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return Number((step * power).toPrecision(1));
}
