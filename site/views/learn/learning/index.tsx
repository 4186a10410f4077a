/** Learning: algorithm 1 beside a live run on points in the plane, then the way to digits. */

import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { Icon } from '../../../components/icon.tsx';
import { Later } from '../../../components/later.tsx';
import { Slider } from '../../../components/slider.tsx';
import { formatRoute, VIEWS } from '../../../state/router.ts';
import { firstPaint } from '../../../state/tasks.ts';
import { grouped } from '../../forward/state/numbers.ts';
import { Cite } from '../cite.tsx';
import { Legend } from '../legend/legend.tsx';
import { LineChart } from '../line-chart.tsx';
import { NetworkStatus } from '../network-status.tsx';
import { type Note, Notes, TakeAway, Task, Trouble } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { attempt } from '../trouble.ts';
import { Algorithm } from './algorithm.tsx';
import { weightsOf } from './cloud-network.ts';
import { Errors } from './errors/index.tsx';
import './learning.css';
import { DataChoice, Knobs } from './knobs.tsx';
import { Plane } from './plane.tsx';
import { Recorded } from './recorded/recorded.tsx';
import {
  chain,
  cloud,
  flow,
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

/** The view that trains digits, where the page has it. */
const TRAIN = VIEWS.find((view: string) => view === 'train');

export default function LearningChapter(): JSX.Element {
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
            {ranAway.value && (
              <Trouble words={`${ranAway.value} Choose a smaller rate; Train begins anew.`} onRetry={undefined} />
            )}
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
      <Later>
        <Recorded />
      </Later>
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
function Loss(): JSX.Element | null {
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
      x={{ name: /* text */ 'rounds', max: count * MEAN_OF }}
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
