/** Learning: algorithm 1 beside a live run on points in the plane, with something to break, then the way to digits. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Button, Icon } from '../../../components/button.tsx';
import { Card, Trouble } from '../../../components/card.tsx';
import { LineChart } from '../../../components/chart.tsx';
import { Segmented, Slider } from '../../../components/field.tsx';
import { Later } from '../../../components/later.tsx';
import { alphaBar, epsilon, Formula, less, letter, NO, root, row, sub, X0 } from '../../../components/math.tsx';

import { useAddress } from '../../../components/use-address.ts';
import { formatRoute, VIEWS } from '../../../state/router.ts';
import { firstPaint } from '../../../state/tasks.ts';
import { grouped, readable } from '../../forward/state/numbers.ts';
import { attempt } from '../lesson.ts';
import { Cite, Legend, NetworkStatus, type Note, Notes, TakeAway, Task } from '../parts.tsx';

import { useReading } from '../readings.ts';
import { Errors } from './errors.tsx';
import { Plane } from './plane.tsx';
import {
  faultsOf,
  formatSetup,
  RATES,
  readSetup,
  type ScheduleName,
  type Setup,
  type Shape,
  STANDARD,
  TIMESTEPS,
  WIDTHS,
  weightsOf,
} from './setup.ts';

import {
  batch,
  begunAnew,
  chain,
  change,
  cloud,
  flow,
  LINES,
  type Line,
  line,
  look,
  losses,
  MEAN_OF,
  ranAway,
  reset,
  sampled,
  sampling,
  setup,
  t,
  train,
  training,
} from './state.ts';
import './learning.css';

/** The view that trains digits, where the page has it. */
const TRAIN = VIEWS.find((view: string) => view === 'train');

export default function LearningChapter() {
  useEffect(() => {
    if (!training.peek()) void firstPaint().then(look);
  }, [attempt.value]);
  useEffect(
    () => () => {
      training.value = false;
      sampling.value = false;
    },
    [],
  );
  const { steps } = cloud.value;
  return (
    <>
      <Task done={sampled.value !== null && steps > 200}>
        Press <em>Train</em> and watch the arrows turn. Then press <em>Sample</em>: noise flows along them.
      </Task>
      <Card class="learn-learning">
        <p>
          A “picture” here has two pixels, so it is a point in the plane. The dots are the data. An arrow says where the
          network would move a noisy point: against the noise that it guesses there. It is a real network of{' '}
          {grouped(weightsOf(setup.value.width))} weights, together called θ, trained in this tab.
        </p>
        <div class="learn-learning-row">
          <div class="learn-learning-shown grid top gap-8">
            <Plane />
            <Legend of={['x0', 'ε', 'εθ', 'xt', 't']} />
          </div>
          <div class="learn-learning-side">
            <div class="row gap-8">
              <Button
                kind="primary"
                icon={training.value ? 'pause' : 'play'}
                disabled={sampling.value}
                onClick={() => {
                  if (training.peek()) training.value = false;
                  else void train();
                }}
              >
                {training.value ? 'Pause' : steps > 0 && !ranAway.value ? 'Train on' : 'Train'}
              </Button>
              <Button disabled={steps === 0 || sampling.value} onClick={() => void flow()}>
                Sample
              </Button>
              <Button kind="quiet" icon="retry" disabled={steps === 0} onClick={reset}>
                Start again
              </Button>
            </div>
            <NetworkStatus />
            <Trouble words={ranAway.value && `${ranAway.value} Choose a smaller rate; Train begins anew.`} />
            <Algorithm />
            <Slider
              label="Arrows at time t"
              value={t.value}
              min={0}
              max={chain.value.T - 1}
              onInput={(value) => {
                t.value = value;
                sampled.value = null;
                if (!training.peek()) void look();
              }}
            />
            <DataChoice />
            <Loss />
            <Knobs />
          </div>
        </div>
      </Card>
      <Later>
        <Errors />
      </Later>
      <section class="learn-text grid gap-12">
        <h2>From points to digits</h2>
        <p>
          For digits the plane has 784 axes in place of two, and the network is the U-Net. Algorithm 1 stays the same,
          line by line; it only takes longer. In the lecture’s notebook the images are X-rays of hands.
        </p>
      </section>
      {TRAIN && (
        <p>
          <a class="button" href={formatRoute(TRAIN)}>
            Train digits in this tab
            <Icon name="next" />
          </a>
        </p>
      )}
      <TakeAway>One picture, one timestep, one noise, one small correction. All the rest is repetition.</TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

/** Means of a few losses each: a single one depends on its draw of t. */
function Loss() {
  const all = losses.value;
  const latest = all.slice(-100);
  useReading(
    'training',
    all.length > 0 ? { rounds: all.length, loss: latest.reduce((a, b) => a + b, 0) / latest.length } : undefined,
  );
  const count = Math.floor(all.length / MEAN_OF);
  if (count < 2) return null;
  const points = Array.from({ length: count }, (_, i) => {
    const part = all.slice(i * MEAN_OF, (i + 1) * MEAN_OF);
    return [(i + 1) * MEAN_OF, part.reduce((a, b) => a + b, 0) / MEAN_OF] as const;
  });
  const last = points.at(-1)![1];
  return (
    <LineChart
      label={`The loss so far: ${last.toFixed(2)} after ${all.length} rounds`}
      points={points}
      x={{ name: 'rounds', max: count * MEAN_OF }}
      y="loss"
      top={1.2}
    />
  );
}

/** The lecturer's questions about training. */
const NOTES: readonly Note[] = [
  {
    question: 'One image has 300 noisy versions. Which of them do we give to the network?',
    answer: (
      <p>
        One is enough; that is what the authors found (<Cite of="ho2020" />
        ). One image, one timestep. If it saw all of them at once, it might learn by heart how to denoise this image,
        and fail with others. In the next round the same image gets another t.
      </p>
    ),
  },
  {
    question: 'Why does the loss not go to zero?',
    answer: (
      <p>
        Different points can become the same noisy point, so the noise cannot be known exactly. The network learns the
        mean of all noises that could have been. That mean is the arrow.
      </p>
    ),
  },
  {
    question: 'Why is the loss so jumpy?',
    answer: (
      <p>
        Each round draws other times. With a small t there is hardly any noise, and it is hard to find; with a large t
        it is easy. The chart shows means of 20 rounds for that reason.
      </p>
    ),
  },
  {
    question: 'How does this compare with training a GAN?',
    answer: (
      <p>
        A GAN trains two networks against each other, and its losses say little about the pictures. Here there is one
        network and one plain error: the guessed noise against the real one.
      </p>
    ),
  },
];

const theta = sub('ε', 'θ');
const noisy = <mrow data-symbol="xt">{row(root(alphaBar), X0, '+', root(less(alphaBar)), epsilon)}</mrow>;

const FORMULAS: Record<Line, JSX.Element> = {
  repeat: <Formula>{row(<mtext>repeat</mtext>)}</Formula>,
  picture: <Formula>{row(X0, '∼', <mtext>the data: one point</mtext>)}</Formula>,
  time: <Formula>{row(letter('t'), '∼', <mtext>1 … T: one timestep</mtext>)}</Formula>,
  noise: <Formula>{row(epsilon, '∼', <mi mathvariant="normal">𝒩</mi>, '(', <mn>0</mn>, ',', <mi>I</mi>, ')')}</Formula>,
  descend: (
    <Formula>
      {row('‖', epsilon, '−', theta, '(', noisy, ',', letter('t'), ')')}
      <msup>
        <mo stretchy={NO}>‖</mo>
        <mn>2</mn>
      </msup>
    </Formula>
  ),
  until: <Formula>{row(<mtext>until it is good enough</mtext>)}</Formula>,
};

/** What the line has just drawn, of the point that the plane shows. */
function drawn(of: Line): string {
  const now = batch.value;
  if (of === 'descend' && losses.value.length > 0) return `loss ${readable(losses.value.at(-1)!, 3)}`;
  if (of === 'repeat') return `${cloud.value.steps} times so far`;
  if (!now) return '';
  const pair = (values: Float32Array) => `(${readable(values[0]!, 2)}, ${readable(values[1]!, 2)})`;
  const lit = LINES.indexOf(line.value);
  if (LINES.indexOf(of) > lit) return '';
  if (of === 'picture') return pair(now.x0);
  if (of === 'time') return `t = ${now.times[0]! + 1}`;
  if (of === 'noise') return pair(now.epsilon);
  return '';
}

function Algorithm() {
  return (
    <ol class="learn-algorithm grid" aria-label="Algorithm 1, training">
      {LINES.map((one, i) => (
        <li
          key={one}
          class={i > 0 && i < LINES.length - 1 ? 'learn-line row between learn-line-inside' : 'learn-line row between'}
          aria-current={one === line.value ? 'step' : undefined}
        >
          <span>
            {one === 'descend' && 'correct θ a little, to shrink '}
            {FORMULAS[one]}
          </span>
          <span class="number">{drawn(one)}</span>
        </li>
      ))}
    </ol>
  );
}

const NAMES: Record<Shape, string> = { moons: 'Moons', ring: 'Ring', spiral: 'Spiral' };
const SCHEDULE_NAMES: Record<ScheduleName, string> = { cosine: 'Cosine', linear: 'Linear', sigmoid: 'Sigmoid' };

/** Ways to break it. */
const BREAKS: readonly { words: string; to: Partial<Setup> }[] = [
  { words: 'Rate 1', to: { rate: 1 } },
  { words: '2 neurons', to: { width: 2 } },
  { words: '5 timesteps', to: { timesteps: 5 } },
  { words: 'Linear in 20', to: { schedule: 'linear', timesteps: 20 } },
];

function DataChoice() {
  return (
    <Segmented<Shape> label="Data" value={setup.value.data} options={NAMES} onChange={(data) => change({ data })} />
  );
}

function Knobs() {
  useAddress({
    view: 'learn',
    part: 'learning',
    settings: setup,
    read: readSetup,
    format: formatSetup,
    apply: change,
  });
  const now = setup.value;
  const faults = faultsOf(now);
  return (
    <section class="learn-knobs grid gap-14" aria-labelledby="learn-knobs">
      <h2 id="learn-knobs">Something to break</h2>
      <p>
        Change what the run is made of while it trains. The corrections are those of Adam (<Cite of="adam2014" />
        ); the idea of the figure is that of TensorFlow Playground (<Cite of="smilkov2017" />
        ). What a schedule may leave at its end is told by <Cite of="lin2023" />.
      </p>
      <div class="row gap-8">
        {BREAKS.map(({ words, to }) => (
          <Button key={words} onClick={() => change({ ...STANDARD, data: now.data, ...to })}>
            {words}
          </Button>
        ))}
        <Button kind="quiet" icon="retry" onClick={() => change({ ...STANDARD, data: now.data })}>
          As it was
        </Button>
      </div>
      <div class="learn-knobs-row grid">
        <Slider
          label="Learning rate"
          value={RATES.indexOf(now.rate)}
          min={0}
          max={RATES.length - 1}
          format={(at) => String(RATES[at])}
          hint="Goes on at once."
          onInput={(at) => change({ rate: RATES[at]! })}
        />
        <Segmented
          label="Neurons in a layer"
          value={now.width}
          options={WIDTHS}
          hint="Begins anew."
          onChange={(width) => change({ width })}
        />
        <Segmented
          label="Timesteps T"
          value={now.timesteps}
          options={TIMESTEPS}
          hint="Go on at once."
          onChange={(timesteps) => change({ timesteps })}
        />
        <Segmented<ScheduleName>
          label="Schedule"
          value={now.schedule}
          options={SCHEDULE_NAMES}
          hint="Goes on at once."
          onChange={(schedule) => change({ schedule })}
        />
      </div>
      <div class="learn-knobs-said grid" aria-live="polite">
        {begunAnew.value && <p>{begunAnew.value}: training has begun anew.</p>}
        {faults.map((words) => (
          <p key={words}>{words}</p>
        ))}
      </div>
    </section>
  );
}
