/** Sampling, line by line: algorithm 2 on the digits' network, with the numbers of one pixel. */

import type { SamplerTable } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Later } from '../../../components/later.tsx';
import { createLazy } from '../../../components/lazy.tsx';
import { Slider } from '../../../components/slider.tsx';
import { formatRoute } from '../../../state/router.ts';
import { Cite } from '../cite.tsx';
import { Legend } from '../legend/legend.tsx';
import { useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { type Note, Notes, TakeAway, Task } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { Algorithm } from './algorithm.tsx';
import { Controls } from './controls.tsx';
import { FormChoice } from './forms.tsx';
import { Panels } from './panels.tsx';
import './sampling.css';
import { begin, pixel, playing, walk } from './state.ts';
import { Bells } from './step/bells.tsx';
import { TwoForms } from './step/two-forms.tsx';
import { weighed } from './walk.ts';

/** Chunks of their own: the algorithm above does not wait for them. */
const { Show } = createLazy<'pair' | 'latents'>((name) =>
  name === 'pair'
    ? () => import('./pair/pair.tsx').then(({ Pair }) => ({ default: Pair }))
    : () => import('./latents/latents.tsx').then(({ Latents }) => ({ default: Latents })),
);

export default function SamplingChapter(): JSX.Element {
  const lesson = useLesson();
  useEffect(() => {
    if (lesson && !walk.peek()) begin(lesson);
    return () => {
      playing.value = false;
    };
  }, [lesson]);
  const [height, width] = [lesson?.shape[1] ?? 28, lesson?.shape[2] ?? 28];
  const [r, c] = pixel.value;
  const now = walk.value;
  const rows = now?.table.rows;
  useReading(
    'walk',
    now && rows
      ? { step: Math.min(now.index, rows.length - 1), a: rows.map(({ A }) => A), b: rows.map(({ B }) => B) }
      : undefined,
  );
  return (
    <>
      <Task done={walk.value?.line === 'end'}>
        Press <em>Next line</em> until you have been once through the loop. Then let it run to the picture.
      </Task>
      <Card class="learn-sampling grid gap-18">
        <Controls lesson={lesson} />
        <NetworkStatus byPress />
        <Algorithm width={width} />
        <Panels shape={lesson?.shape ?? [1, 28, 28]} />
        <div class="learn-pixel">
          <p class="field-hint">
            The numbers are those of one pixel, framed in the pictures. Press on a picture to choose another, or move
            it:
          </p>
          <Slider
            label="Row"
            value={r}
            min={0}
            max={height - 1}
            onInput={(to) => {
              pixel.value = [to, c];
            }}
          />
          <Slider
            label="Column"
            value={c}
            min={0}
            max={width - 1}
            onInput={(to) => {
              pixel.value = [r, to];
            }}
          />
        </div>
      </Card>
      <Legend of={['xt', 'ε^', 'x^0', 'μ', 'σ', 'z', 'ᾱt', 't']} />
      <section class="learn-text grid gap-12">
        <h2>Why noise again?</h2>
        <p>
          The network knows only pictures with the full amount of noise for their t: training showed it no others. The
          mean μ has less noise than the next t stands for, so σz brings back what is missing. In the last step nothing
          is missing, and none is added. Samplers such as DDIM add none at all: they take less of the guessed noise
          away.
        </p>
      </section>
      <Later>
        <Bells />
      </Later>
      <Later>
        <TwoForms />
      </Later>
      <Later>
        <FormChoice prediction={lesson?.scheduler.prediction_type} />
      </Later>
      <Later>
        <Show name="pair" />
      </Later>
      <Later>
        <Show name="latents" />
      </Later>
      <TakeAway>
        Every step trusts the guess a little more than the step before.
        {walk.value && <Weights table={walk.value.table} />} Fresh noise brings the picture back to the noise that the
        network knows at that t.
      </TakeAway>
      <Notes notes={NOTES} />
      <p>
        To see all the steps at once, and other samplers that need fewer of them, go to{' '}
        <a href={formatRoute('sample')}>Sample</a>.
      </p>
    </>
  );
}

/** What a and b are in the steps that are chosen. */
function Weights({ table }: { table: SamplerTable }): JSX.Element {
  const { kept, trusting } = weighed(table);
  return (
    <>
      {' '}
      What the first of these {table.rows.length} steps gives is nearly all fresh noise. In the next {kept}, x
      <sub>t</sub> weighs more than the guess, and in the last {trusting} the guess weighs more; the very last returns
      it alone.
    </>
  );
}

/** The lecturer's questions about sampling. */
const NOTES: readonly Note[] = [
  {
    question: 'Do we just subtract the noise from the image?',
    answer: (
      <p>
        Almost. That is the idea, and the lecture says it so: x<sub>t−1</sub> ≈ x<sub>t</sub> − noise. But the guess is
        rough while there is much noise. So a step takes away only a part of it, the β<sub>t</sub> / √(1 − ᾱ<sub>t</sub>
        ) of the lecture’s formula, and asks again from a slightly better picture.
      </p>
    ),
  },
  {
    question: 'Why do we add noise again, when we want to get rid of it?',
    answer: (
      <p>
        Each x<sub>t</sub> in training had its full share of noise. Without fresh noise the picture would be smoother
        than anything the network has seen at that t. The last step adds none: there the picture is returned.
      </p>
    ),
  },
  {
    question: 'How many steps?',
    answer: (
      <p>
        As in the forward process: it depends. The network was trained with T = 1000, but it may skip timesteps: 20
        steps visit every 50th. Try 10 and 50 with the same noise, and compare.
      </p>
    ),
  },
  {
    question: 'The page says velocity, the lecture says noise. Who is right?',
    answer: (
      <p>
        Both. The velocity v (<Cite of="distillation2022" />) is a mixture of noise and picture that is easy to guess at
        every t: near pure noise it is nearly minus the picture (guessing the noise there is trivial), near the picture
        it is nearly the noise.
      </p>
    ),
  },
  {
    question: 'Why not simply train on smaller pictures?',
    answer: (
      <p>
        A picture of 32 × 32 pixels has lost its bones’ edges, and nothing brings them back. Latents of 32 × 32 have
        four numbers a place, which the encoder has learnt to fill with what the decoder needs: they give the edges
        back. Large models paint 512 × 512 pixels so, from latents of 64 × 64 × 4.
      </p>
    ),
  },
];
