/** Make it better: the tutorial's list, each with a recorded run beside that of the tutorial's network, and with other seeds. */
import { useState } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Chart, LineChart } from '../../../components/chart.tsx';
import { Later } from '../../../components/later.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { Cite, type Note, Notes, TakeAway, Task } from '../parts.tsx';

import { useReading } from '../readings.ts';
import { FewCalls } from './few.tsx';
import {
  differencesOf,
  FIRST,
  IMPROVEMENTS,
  type Improvement,
  type Interval,
  intervalOf,
  type Run,
  runOf,
  type Verdict,
  verdictOf,
} from './runs.ts';
import './improve.css';

export default function ImproveChapter() {
  const [chosen, setChosen] = useState<Improvement>(IMPROVEMENTS[0]!);
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set([chosen.id]));
  const [before, after] = [runOf(FIRST), runOf(chosen.id)];
  const rounds = after.losses.length * after.meanOf;
  useReading('improvement', {
    before: before.seeds[0]!.heldOut,
    after: after.seeds[0]!.heldOut,
    comparable: !chosen.otherNoise,
  });
  return (
    <>
      <Task done={seen.size >= 3}>Switch on one improvement after another. First guess: will it help, or not?</Task>
      <Card title="The tutorial’s list" class="grid gap-16">
        <fieldset class="grid gap-4">
          <legend class="hidden">Improvement</legend>
          {IMPROVEMENTS.map((one) => (
            <label key={one.id} class="learn-switch gap-12">
              <input
                type="radio"
                name="improvement"
                checked={one.id === chosen.id}
                onChange={() => {
                  setChosen(one);
                  setSeen((old) => new Set([...old, one.id]));
                }}
              />
              <span>
                <strong>{one.name}</strong>
                <span class="learn-switch-why">{one.why}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="learn-improve-pair grid">
          <Sheet id={FIRST} title="The tutorial’s network" heldOut={before.seeds[0]!.heldOut} />
          <Sheet id={chosen.id} title={chosen.name} heldOut={after.seeds[0]!.heldOut} />
        </div>
        <LossChart before={before} after={after} name={chosen.name} />
        <p class="field-hint">
          {chosen.otherNoise
            ? 'Careful: this run has another amount of noise at each t, so its loss cannot be compared. Look at the pictures.'
            : `The loss is the mean squared error of the noise, over ${rounds} rounds of 32 pictures.`}{' '}
          Recorded runs of minutes with small pictures, 16 × 16: none of them is finished.
        </p>
        <details class="learn-how">
          <summary>The command of this run</summary>
          <p>
            <code>{after.command}</code>
          </p>
        </details>
      </Card>
      <Later>
        <Seeds chosen={chosen} />
      </Later>
      <Later>
        <FewCalls />
      </Later>
      <TakeAway>
        Change one thing, keep the rest, try several seeds, and look at loss and pictures: they need not agree. Few
        calls take straight paths, and a student learns these from its teacher.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

function Sheet({ id, title, heldOut }: { id: string; title: string; heldOut: number }) {
  return (
    <figure class="learn-figure grid slim gap-8">
      <img
        class="learn-sheet"
        src={`./learn/improve-${id}.png`}
        width={268}
        height={132}
        alt={`Samples: ${title}`}
        loading="lazy"
      />
      <figcaption>
        <strong>{title}</strong>. Loss on held-out images: <span class="number">{readable(heldOut, 3)}</span>
      </figcaption>
    </figure>
  );
}

/** The lecturer's words on improvements. */
const NOTES: readonly Note[] = [
  {
    question: 'The tutorial’s network has 62 million parameters, and its pictures are still poor. Why?',
    answer: (
      <p>
        Size is not all. It has no attention, no residual connections (<Cite of="resnet2015" />
        ), and BatchNorm in place of GroupNorm (<Cite of="norm2018" />
        ), and it trains for minutes. The digits’ network of this page has 1.1 million parameters, and makes better
        ones.
      </p>
    ),
  },
  {
    question: 'Why should BatchNorm be a problem here?',
    answer: (
      <p>
        A batch holds pictures of all timesteps, some nearly clean, some nearly noise. BatchNorm gives them one mean and
        one variance, but at sampling time all pictures of a batch have the same t. In training mode their mean is one
        that the network never saw. In evaluation mode BatchNorm uses averages over all t, which fit no single one.
      </p>
    ),
  },
  {
    question: 'May we compare the losses of two schedules?',
    answer: (
      <p>
        No. The loss is a mean over the noise that the schedule makes; more noise is easier to name. Compare pictures,
        or measures of pictures, with the same number of steps.
      </p>
    ),
  },
  {
    question: 'How else does a student learn?',
    answer: (
      <p>
        By progressive distillation (<Cite of="distillation2022" />
        ): one step of the student shall end where two steps of its teacher end. Then the student teaches the next one,
        which halves the steps again. “pipeline distill” learns from pairs, as here, and a discriminator keeps its
        pictures sharp: it tells them from real ones.
      </p>
    ),
  },
];

/** Two losses in one chart. */
const pointsOf = ({ losses, meanOf }: Run) => losses.map((loss, i) => [(i + 1) * meanOf, loss] as const);

function LossChart({ before, after, name }: { before: Run; after: Run; name: string }) {
  const points = pointsOf(after);
  const end = points.at(-1)!;
  const old = pointsOf(before);
  return (
    <LineChart
      label={`Loss: ${end[1]} with ${name}, ${old.at(-1)![1]} without`}
      points={points}
      other={old}
      x={{ name: 'rounds', max: end[0] }}
      y="loss (dashed: the tutorial’s network)"
    />
  );
}

const COMPARED = IMPROVEMENTS.filter(({ otherNoise }) => !otherNoise).map((one) => {
  const differences = differencesOf(runOf(one.id));
  const interval = intervalOf(differences.map(({ difference }) => difference));
  return { one, differences, interval, verdict: verdictOf(interval) };
});
const FIRST_RUNS = runOf(FIRST).seeds.map(({ heldOut }) => heldOut);

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

function Seeds({ chosen }: { chosen: Improvement }) {
  const height = HEAD + COMPARED.length * ROW + FOOT;
  return (
    <Card title="Better, or lucky?" class="grid gap-16">
      <p>
        A seed decides how the weights start and which pictures, times and noises come when. With another one the same
        network ends elsewhere. So one run proves little: train each with several seeds, and compare it with the
        tutorial’s network of the same seed.
      </p>
      <Chart
        class="learn-chart learn-seeds"
        label={label()}
        size={[WIDTH, height]}
        sides={[HEAD, 8, FOOT, 8]}
        x={{ from: -REACH, to: REACH }}
        y={{ from: COMPARED.length, to: 0 }}
      >
        {({ right, down }) => (
          <>
            <path class="chart-dashed" d={`M${right(0)} ${HEAD}V${height - FOOT + 4}`} />
            {COMPARED.map(({ one, differences, interval: { mean, range } }, i) => (
              <g key={one.id} class={one === chosen ? 'learn-seeds-chosen' : undefined}>
                <text x={4} y={down(i) + 12}>
                  {one.name}
                </text>
                {range && (
                  <g class="learn-seeds-interval">
                    <path d={`M${right(range[0])} ${down(i) + 28}H${right(range[1])}`} />
                    <path d={range.map((end) => `M${right(end)} ${down(i) + 22}v12`).join('')} />
                    <path class="learn-seeds-mean" d={`M${right(mean)} ${down(i) + 19}v18`} />
                  </g>
                )}
                {differences.map(({ seed, difference }) => (
                  <circle key={seed} class="chart-dot" cx={right(difference)} cy={down(i) + 28} r={3.2} />
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
          </>
        )}
      </Chart>
      <ul class="learn-seeds-list grid gap-4">
        {COMPARED.map(({ one, differences, interval, verdict }) => (
          <li key={one.id}>
            <strong>{one.name}</strong>: {inWords(interval)}
            {', '}
            {differences.length === 1 ? 'with one seed' : `over ${differences.length} seeds`}: {WORDS[verdict]}.
          </li>
        ))}
      </ul>
      <p class="field-hint">
        Dots are seeds; the line is the 95 % interval of their mean, by Student’s t. Where it crosses the dashed line,
        these seeds do not tell. The tutorial’s network alone ended between {readable(Math.min(...FIRST_RUNS), 3)} and{' '}
        {readable(Math.max(...FIRST_RUNS), 3)} with {FIRST_RUNS.length} seeds. A cosine schedule and learned betas are
        not here: with another amount of noise their losses cannot be compared.
      </p>
    </Card>
  );
}

const signed = (value: number) => (value > 0 ? `+${readable(value, 2)}` : readable(value, 2));
const inWords = ({ mean, range }: Interval) =>
  range ? `${signed(mean)} (${signed(range[0])} to ${signed(range[1])})` : signed(mean);

const label = () =>
  `Held-out loss of improvements, less that of the tutorial’s network. ${COMPARED.map(
    ({ one, interval }) => `${one.name}: ${inWords(interval)}`,
  ).join('. ')}`;
