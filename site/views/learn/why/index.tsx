/** Why diffusion: the trilemma of generative models, on this page's own model, and what medicine does with such pictures. */

import { compileSampler, sampleImages } from '@onnoise/scheduler';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { Segmented } from '../../../components/field.tsx';
import { Later } from '../../../components/later.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { sizeOf, toBytes } from '../../../state/picture.ts';
import { announce } from '../../../state/store.ts';
import { duration, percent } from '../../forward/state/numbers.ts';
import { ask, type Lesson, useLesson } from '../lesson.ts';
import { Cite, NetworkStatus, type Note, Notes, TakeAway, Task } from '../parts.tsx';

import { useReading } from '../readings.ts';
import { COMMAND, COUNT, type Measure, POINTS, shareOf, speedOf, Triangle, Uses } from './figures.tsx';

import './why.css';

export default function WhyChapter() {
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
          Generative models learn from pictures and make new ones. For years GANs made the best (
          <Cite of="goodfellow2014" />
          ): one network draws, another judges. In 2021 a paper had this title:{' '}
          <em>Diffusion Models Beat GANs on Image Synthesis</em> (<Cite of="dhariwal2021" />
          ).
        </p>
      </section>
      <Card title="Three wishes" class="learn-why grid top">
        <div class="learn-row">
          <Triangle chosen={chosen} onChoose={choose} />
          <div class="learn-why-side grid top">
            <p>
              Every family has two of the wishes easily, and pays for the third: the trilemma (<Cite of="xiao2021" />
              ). Diffusion pays with time: it calls its network again and again. How often is your choice.
            </p>
            <Segmented
              label="Steps for a picture"
              value={chosen.steps}
              options={POINTS.map(({ steps }) => steps)}
              onChange={(value) => choose(POINTS.find(({ steps }) => steps === value)!)}
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

function Wish({ name, share, words }: { name: string; share: number; words: string }) {
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

const LABELS = [0, 2, 3, 5, 8, 9];
const SEED = 40;

interface Made {
  steps: number;
  /** [N, C, H, W] */
  x: Float32Array;
  /** Steps done. */
  step: number;
  milliseconds: number;
}

function Live({ lesson, steps }: { lesson: Lesson | undefined; steps: number }) {
  const [made, setMade] = useState<readonly Made[]>([]);
  const [busy, setBusy] = useState(false);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const done = made.filter((one) => one.step === one.steps);
  useReading('live', { times: Object.fromEntries(done.map((one) => [one.steps, Math.round(one.milliseconds)])) });

  const make = async () => {
    if (!lesson) return;
    const controller = new AbortController();
    abort.current = controller;
    setBusy(true);
    const start = performance.now();
    const show = (step: number, x: Float32Array) => {
      const now = { steps, x: x.slice(), step, milliseconds: performance.now() - start };
      setMade((before) => [...before.filter((one) => one.steps !== steps), now].sort((a, b) => a.steps - b.steps));
    };
    try {
      const seeds = LABELS.map((_, i) => SEED + i);
      await makePictures(lesson, { steps, seeds, labels: LABELS, onStep: show, signal: controller.signal });
      announce(`${LABELS.length} pictures in ${steps} steps are done.`);
    } catch {
      // the chapter shows what is wrong
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="learn-live grid top">
      <div class="row gap-8">
        <Button
          kind={busy ? 'plain' : 'primary'}
          icon={busy ? 'stop' : 'play'}
          disabled={!lesson}
          onClick={({ detail }) => {
            if (!busy) void make();
            else if (detail < 2) abort.current?.abort(); // a double click means start
          }}
        >
          {busy ? 'Stop' : `Make ${LABELS.length} pictures with ${steps} steps`}
        </Button>
      </div>
      {lesson &&
        made.map((one) => (
          <figure key={one.steps} class="learn-live-row grid">
            <figcaption>
              <strong>{one.steps} steps</strong>{' '}
              <span class="number">
                {one.step < one.steps ? `step ${one.step}` : `${duration(one.milliseconds)} on this device`}
              </span>
            </figcaption>
            <div class="learn-live-pictures grid gap-8">
              {LABELS.map((label, i) => (
                <Picture key={label} lesson={lesson} x={one.x} index={i} label={`a ${label} in ${one.steps} steps`} />
              ))}
            </div>
          </figure>
        ))}
    </div>
  );
}

function Picture({ lesson, x, index, label }: { lesson: Lesson; x: Float32Array; index: number; label: string }) {
  const size = sizeOf(lesson.shape);
  return (
    <PictureCanvas pixels={toBytes(x.subarray(index * size, (index + 1) * size))} shape={lesson.shape} label={label} />
  );
}

/** Makes pictures with the chapter's network and the shared sampling loop. */
interface MakeOptions {
  steps: number;
  /** One a picture. */
  seeds: readonly number[];
  labels: readonly number[];
  onStep?: ((step: number, x: Float32Array) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** By DDPM, without guidance. @returns [N, C, H, W] */
function makePictures(lesson: Lesson, { steps, seeds, labels, onStep, signal }: MakeOptions): Promise<Float32Array> {
  return sampleImages({
    table: compileSampler(lesson.scheduler, { sampler: 'ddpm', steps }),
    shape: lesson.shape,
    seeds,
    denoise: async (x, timesteps) =>
      (await ask(lesson, { x, timesteps: [...timesteps], label: labels, signal })).output,
    onStep: ({ step, x }) => onStep?.(step, x),
    signal,
  });
}
