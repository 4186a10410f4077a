/** Why diffusion: the trilemma of generative models, on this page's own model and on toys in motion, and what medicine does with such pictures. */

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Later } from '../../../components/later.tsx';
import { createLazy } from '../../../components/lazy.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import { percent } from '../../forward/state/numbers.ts';
import { Cite } from '../cite.tsx';
import { useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { type Note, Notes, TakeAway, Task } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { Live } from './live.tsx';
import { COMMAND, COUNT, type Measure, POINTS, shareOf, speedOf } from './measured.ts';
import { Triangle } from './triangle.tsx';
import { Uses } from './uses/uses.tsx';
import './why.css';

/** A chunk of its own, so that a first visit does not store it: see site/sw/files.ts. */
const { Show } = createLazy<'families'>(
  () => () => import('./families/families.tsx').then(({ Families }) => ({ default: Families })),
);

export default function WhyChapter(): JSX.Element {
  const lesson = useLesson();
  const [chosen, setChosen] = useState(POINTS[0]!);
  const [moved, setMoved] = useState(false);
  const choose = (point: (typeof POINTS)[number]) => {
    if (point !== chosen) setMoved(true);
    setChosen(point);
  };
  const { steps, recall } = chosen;
  useReading('wishes', { steps, recall: recall.value, real: recall.real }, (to) => {
    const point = POINTS.find((one) => one.steps === to.steps);
    if (point) choose(point);
  });
  return (
    <>
      <Task done={moved}>Drag the dot through the triangle, and make pictures with few and with many steps.</Task>
      <section class="learn-text grid gap-12">
        <p>
          Generative models learn from pictures and make new ones. For years GANs made the best. In 2021 a paper had
          this title: <em>Diffusion Models Beat GANs on Image Synthesis</em> (<Cite of="dhariwal2021" />
          ).
        </p>
      </section>
      <Card title="Three wishes" class="learn-why grid top">
        <div class="learn-why-row grid top">
          <Triangle chosen={chosen} onChoose={choose} />
          <div class="learn-why-side grid top">
            <p>
              Every family has two of the wishes easily, and pays for the third: the trilemma (<Cite of="xiao2021" />
              ). Diffusion pays with time: it calls its network again and again. How often is your choice.
            </p>
            <Segmented
              label="Steps for a picture"
              value={String(chosen.steps)}
              options={POINTS.map(({ steps }) => ({ value: String(steps), label: String(steps) }))}
              onChange={(value) => choose(POINTS.find(({ steps }) => String(steps) === value)!)}
            />
            <p class="field-hint">
              With 5 steps the pictures look real, but they are too much alike: a part of the data is not reached. With
              15 it is reached. More steps take longer, and are not measurably better here.
            </p>
            <dl class="learn-wishes grid gap-8 top">
              <Wish name="Good pictures" share={shareOf(chosen.precision)} words={words(chosen.precision)} />
              <Wish name="All of the data" share={shareOf(chosen.recall)} words={words(chosen.recall)} />
              <Wish name="Fast sampling" share={speedOf(chosen.steps)} words={`${chosen.steps} network calls`} />
            </dl>
          </div>
        </div>
        <NetworkStatus byPress />
        <Live lesson={lesson} steps={chosen.steps} />
        <details class="learn-how">
          <summary>How this was measured</summary>
          <p>
            With {COUNT} pictures for each number of steps, by precision (do they lie among real ones?) and recall (do
            the real ones lie among them?): <Cite of="kynkaanniemi2019" />. The bars are full where other real digits
            are. So few pictures leave the 95 % intervals wide: trust the large differences. The command:
          </p>
          <p>
            <code>{COMMAND}</code>
          </p>
        </details>
      </Card>
      <Later>
        <Show name="families" />
      </Later>
      <section class="learn-text grid gap-12">
        <h2>Why medicine needs them</h2>
        <ul>
          <li>Deep learning needs data, a lot of it, and medical images are scarce.</li>
          <li>Some cases are so rare that no hospital has enough of them.</li>
          <li>Images are expensive to take, and experts are needed to label them.</li>
          <li>Real images belong to patients: privacy rules forbid sharing them.</li>
        </ul>
      </section>
      <Later>
        <Uses />
      </Later>
      <section class="learn-text grid gap-12">
        <h2>What is at stake</h2>
        <p>
          A made-up bone in the wrong place can mislead a doctor, or another network. And a model that has learned an
          image by heart gives away a patient. So a model has to be measured, not only looked at.
        </p>
      </section>
      <TakeAway>
        Diffusion gives good pictures and covers the data. It pays with time: its network is called again and again for
        each picture, until more calls no longer help. These digits need about 15.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

/** Share, and that of real pictures: `71 % (real: 90 %)`. */
const words = ({ value, real }: Measure) => `${percent(value)} (real: ${percent(real)})`;

function Wish({ name, share, words }: { name: string; share: number; words: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <meter min={0} max={1} value={Math.min(share, 1)} aria-label={name} />
        <span class="number">{words}</span>
      </dd>
    </div>
  );
}

/** The lecturer's words on generative models. */
const NOTES: readonly Note[] = [
  {
    question: 'Where have you seen generative models?',
    answer: (
      <p>
        A painting by a network was sold for $432,500 in New York. Deepfakes of actors. Design tools that turn a sketch
        into a photograph. Ask the class for more.
      </p>
    ),
  },
  {
    question: 'What do we need to build a diffusion model?',
    answer: (
      <p>
        Three things. A noise scheduler, which decides how much noise to add: the forward process. A neural network,
        which takes the noise away: the backward process. And an encoding of the timestep, so that the network knows
        where it is.
      </p>
    ),
  },
];
