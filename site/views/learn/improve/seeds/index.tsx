/** The same improvements with other seeds: each run a dot, and an interval for their mean. */
import type { JSX } from 'preact';
import { Card } from '../../../../components/card.tsx';
import { readable } from '../../../forward/state/numbers.ts';
import { FIRST, IMPROVEMENTS, type Improvement, runOf } from '../runs/runs.ts';
import { differencesOf, type Interval, intervalOf, type Verdict, verdictOf } from './interval.ts';
import './seeds.css';

const COMPARED = IMPROVEMENTS.filter(({ otherNoise }) => !otherNoise).map((one) => {
  const differences = differencesOf(runOf(one.id));
  const interval = intervalOf(differences.map(({ difference }) => difference));
  return { one, differences, interval, verdict: verdictOf(interval) };
});
const FIRST_RUNS = runOf(FIRST).seeds.map(({ heldOut }) => heldOut);
const MOST_SEEDS = Math.max(...COMPARED.map(({ differences }) => differences.length));

const WORDS: Record<Verdict, string> = {
  better: 'better, beyond chance',
  worse: 'worse, beyond chance',
  open: 'no difference beyond chance',
  alone: 'one seed, which may be luck',
};

/** Half of what is shown, in loss: all dots and the ends of all intervals. */
const REACH =
  1.08 *
  Math.max(
    ...COMPARED.flatMap(({ differences, interval }) => [
      ...differences.map(({ difference }) => Math.abs(difference)),
      ...(interval.range ?? []).map(Math.abs),
    ]),
  );

const [WIDTH, ROW, HEAD, FOOT] = [320, 44, 8, 34];
const right = (difference: number) => WIDTH / 2 + (difference / REACH) * (WIDTH / 2 - 8);

export function Seeds({ chosen }: { chosen: Improvement }): JSX.Element {
  const height = HEAD + COMPARED.length * ROW + FOOT;
  return (
    <Card title="Better, or lucky?" class="grid gap-16">
      <p>
        A seed decides how the weights start and which pictures, times and noises come when. With another one the same
        network ends elsewhere. So one run proves little: train each with several seeds, and compare it with the
        tutorial’s network of the same seed.
      </p>
      <svg class="learn-chart learn-seeds" viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label()}>
        <path class="learn-seeds-zero" d={`M${right(0)} ${HEAD}V${height - FOOT + 4}`} />
        {COMPARED.map(({ one, differences, interval }, i) => (
          <g key={one.id} class={one === chosen ? 'learn-seeds-chosen' : undefined}>
            <text x={4} y={HEAD + i * ROW + 12}>
              {one.name}
            </text>
            <Whisker interval={interval} y={HEAD + i * ROW + 28} />
            {differences.map(({ seed, difference }) => (
              <circle key={seed} class="learn-seeds-dot" cx={right(difference)} cy={HEAD + i * ROW + 28} r={3.2} />
            ))}
          </g>
        ))}
        <text x={4} y={height - 20}>
          ← better
        </text>
        <text x={WIDTH - 4} y={height - 20} text-anchor="end">
          worse →
        </text>
        <text x={WIDTH / 2} y={height - 4} text-anchor="middle">
          held-out loss, less that of the tutorial’s network
        </text>
      </svg>
      <ul class="learn-seeds-list">
        {COMPARED.map(({ one, differences, interval, verdict }) => (
          <li key={one.id}>
            <strong>{one.name}</strong>: {inWords(interval)}
            {', '}
            {differences.length === 1 ? 'with one seed' : `over ${differences.length} seeds`}: {WORDS[verdict]}.
          </li>
        ))}
      </ul>
      <p class="field-hint">
        {MOST_SEEDS > 1
          ? 'Dots are seeds; the line is the 95 % interval of their mean, by Student’s t. Where it crosses the dashed line, these seeds do not tell. '
          : 'So far one seed each was recorded, so there is a dot and no interval. '}
        {FIRST_RUNS.length > 1 &&
          `The tutorial’s network alone ended between ${readable(Math.min(...FIRST_RUNS), 3)} and ${readable(Math.max(...FIRST_RUNS), 3)} with ${FIRST_RUNS.length} seeds. `}
        A cosine schedule and learned betas are not here: with another amount of noise their losses cannot be compared.
      </p>
    </Card>
  );
}

function Whisker({ interval: { mean, range }, y }: { interval: Interval; y: number }): JSX.Element | null {
  if (!range) return null;
  return (
    <g class="learn-seeds-interval">
      <path
        d={`M${right(range[0])} ${y}H${right(range[1])}M${right(range[0])} ${y - 6}v12M${right(range[1])} ${y - 6}v12`}
      />
      <path class="learn-seeds-mean" d={`M${right(mean)} ${y - 9}v18`} />
    </g>
  );
}

const signed = (value: number) => (value > 0 ? `+${readable(value, 2)}` : readable(value, 2));
const inWords = ({ mean, range }: Interval) =>
  range ? `${signed(mean)} (${signed(range[0])} to ${signed(range[1])})` : signed(mean);

const label = () =>
  `Held-out loss of improvements, less that of the tutorial’s network. ${COMPARED.map(
    ({ one, interval }) => `${one.name}: ${inWords(interval)}`,
  ).join('. ')}`;
