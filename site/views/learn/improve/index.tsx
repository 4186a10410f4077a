/** Make it better: the tutorial's list, each with a recorded run beside that of the tutorial's network. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Later } from '../../../components/later.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { Cite } from '../cite.tsx';
import { type Note, Notes, TakeAway, Task } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { FewCalls } from './few/index.tsx';
import './improve.css';
import { LineChart } from '../line-chart.tsx';
import { FIRST, IMPROVEMENTS, type Improvement, type Run, runOf } from './runs/runs.ts';
import { Seeds } from './seeds/index.tsx';

export default function ImproveChapter(): JSX.Element {
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
            <label key={one.id} class="learn-switch">
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
        <div class="learn-improve-pair">
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

function Sheet({ id, title, heldOut }: { id: string; title: string; heldOut: number }): JSX.Element {
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
    question: 'Flow matching draws straight lines. Why is it not done in one step?',
    answer: (
      <p>
        Each pair has a straight line, but one place lies on the lines of many pairs, and the network has one direction
        for it: their mean. Look at “Learnt from”. In the plane, flow matching misses as much as diffusion with the same
        number of steps. Both learn the mean of what a noisy point may have been, and a step of DDIM goes by that alone.
        They spread their steps in another way, and draw the same path at another scale.
      </p>
    ),
  },
  {
    question: 'Is every bend a trouble?',
    answer: (
      <p>
        No. Diffusion’s paths may look straighter than those of flow matching, and still need as many steps: as it keeps
        the variance, its points need not come in to the middle first. What costs steps is that the network changes its
        mind about where a path ends. The student knows the end from the start.
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

function LossChart({ before, after, name }: { before: Run; after: Run; name: string }): JSX.Element {
  const points = pointsOf(after);
  const end = points.at(-1)!;
  const old = pointsOf(before);
  return (
    <LineChart
      label={`Loss: ${end[1]} with ${name}, ${old.at(-1)![1]} without`}
      points={points}
      other={old}
      x={{ name: /* text */ 'rounds', max: end[0] }}
      y="loss (dashed: the tutorial’s network)"
    />
  );
}
