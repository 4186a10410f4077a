/** Sampling, line by line: algorithm 2 on the digits' network, with the numbers of one pixel. */
import type { ImageShape } from '@onnoise/scheduler/model';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { Segmented, Select, Slider } from '../../../components/field.tsx';
import { Later } from '../../../components/later.tsx';
import {
  alphaBar,
  EPSILON_HAT,
  Formula,
  fraction,
  less,
  letter,
  root,
  row,
  sub,
  X0,
  X0_HAT,
  XT,
} from '../../../components/math.tsx';
import { formatRoute } from '../../../state/router.ts';
import { type Lesson, useLesson } from '../lesson.ts';
import { Cite, Legend, NetworkStatus, type Note, Notes, Panel, TakeAway, Task } from '../parts.tsx';
import { useReading } from '../readings.ts';
import {
  asking,
  begin,
  isThere,
  LINES,
  type Line,
  nextLine,
  numbersOf,
  pixel,
  play,
  playing,
  setup,
  walk,
  wholeStep,
} from './state.ts';
import './sampling.css';
import { Bells } from './bells.tsx';

/** Algorithm 2: what to make, the lines with the current one lit, the pictures of a step, and what a step makes of a guess. */

const STEPS: readonly number[] = [10, 20, 50];

/** Errors are in `trouble`, which the chapter shows. */
const quietly = (run: Promise<void>) => run.catch(() => {});

function Controls({ lesson }: { lesson: Lesson | undefined }) {
  const { steps, label, seed } = setup.value;
  const now = walk.value;
  const over = now?.line === 'end';
  const waits = !lesson || !now || asking.value;
  const change = (to: Partial<typeof setup.value>) => {
    setup.value = { ...setup.peek(), ...to };
    if (lesson) begin(lesson);
  };
  const classes = lesson?.classes ?? 10;
  return (
    <div class="grid gap-14">
      <div class="learn-walk-choice">
        <Select
          label="Digit to make"
          value={String(label)}
          options={Array.from({ length: classes }, (_, i) => ({
            value: String(i),
            label: lesson?.classNames?.[i] ?? String(i),
          }))}
          onChange={(value) => change({ label: Number(value) })}
        />
        <Segmented label="Steps" value={steps} options={STEPS} onChange={(steps) => change({ steps })} />
        <Button
          icon="dice"
          onClick={() => change({ seed: Math.floor(Math.random() * 2 ** 32) })}
          title={`Seed ${seed}`}
        >
          Other noise
        </Button>
      </div>
      <div class="row gap-8">
        {over ? (
          <Button kind="primary" icon="first" onClick={() => lesson && begin(lesson)}>
            Start again
          </Button>
        ) : (
          <Button
            kind="primary"
            icon="next"
            disabled={waits || playing.value}
            onClick={() => quietly(nextLine(lesson!))}
          >
            Next line
          </Button>
        )}
        <Button disabled={waits || over || playing.value} onClick={() => quietly(wholeStep(lesson!))}>
          Whole step
        </Button>
        <Button
          icon={playing.value ? 'pause' : 'play'}
          disabled={!lesson || over}
          onClick={() => {
            if (playing.peek()) playing.value = false;
            else if (lesson) void quietly(play(lesson));
          }}
        >
          {playing.value ? 'Pause' : 'To the end'}
        </Button>
        <p class="number muted" aria-live="off">
          {now ? `step ${Math.min(now.index + 1, now.table.rows.length)} of ${now.table.rows.length}` : ''}
        </p>
      </div>
    </div>
  );
}

/** In words, after the formula. */
const REMARKS: Partial<Record<Line, string>> = { picture: ', cut to −1\u00a0…\u00a01', noise: ', or 0 at the end' };

function formulaOf(line: Line) {
  switch (line) {
    case 'start':
      return row(sub('x', 'T'), '∼', row(<mi mathvariant="normal">𝒩</mi>, '(', <mn>0</mn>, ',', <mi>I</mi>, ')'));
    case 'loop':
      return row(<mtext>for each t, from T down:</mtext>);
    case 'ask':
      return row(EPSILON_HAT, '←', <mtext>network</mtext>, '(', XT, ',', letter('t'), ')');
    case 'picture':
      return row(X0_HAT, '←', fraction(row(XT, '−', root(less(alphaBar)), EPSILON_HAT), root(alphaBar)));
    case 'mean':
      return row(letter('μ'), '←', <mi>a</mi>, XT, '+', <mi>b</mi>, X0_HAT);
    case 'noise':
      return row(letter('z'), '∼', <mi mathvariant="normal">𝒩</mi>, '(', <mn>0</mn>, ',', <mi>I</mi>, ')');
    case 'move':
      return row(<mtext>next x</mtext>, '←', letter('μ'), '+', letter('σ'), letter('z'));
    case 'end':
      return row(<mtext>{'return\u00a0'}</mtext>, X0);
  }
}

function Algorithm({ width }: { width: number }) {
  const now = walk.value;
  const [r, c] = pixel.value;
  const lit = now ? LINES.indexOf(now.line) : -1;
  return (
    <ol class="learn-algorithm grid" aria-label="Algorithm 2, sampling">
      {LINES.map((line, i) => {
        const numbers = now && (i <= lit || now.line === 'end') && numbersOf(line, now, r * width + c);
        const inside = i > 1 && line !== 'end';
        return (
          <li
            key={line}
            class={inside ? 'learn-line row between learn-line-inside' : 'learn-line row between'}
            aria-current={i === lit ? 'step' : undefined}
          >
            <span>
              <Formula>{formulaOf(line)}</Formula>
              {REMARKS[line]}
            </span>
            <span class="number">{numbers || ''}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Panels({ shape }: { shape: ImageShape }) {
  const now = walk.value;
  const step = now?.step;
  const line = now?.line ?? 'start';
  const from = (of: Line, values: Float32Array | null | undefined) => (isThere(of, line) && values ? values : null);
  const over = line === 'end';
  const shown: [lit: readonly Line[], title: JSX.Element, words: string, values: Float32Array | null | undefined][] = [
    [['start', 'loop'], XT, 'noisy picture', step?.x ?? now?.x],
    [['ask'], EPSILON_HAT, 'guessed noise', from('ask', step?.epsilon)],
    [['picture'], X0_HAT, 'guessed picture', from('picture', step?.x0)],
    [['mean'], letter('μ'), 'mean', from('mean', step?.mean)],
    [
      ['noise'],
      row(<mi>σ</mi>, letter('z')),
      'fresh noise',
      from(
        'noise',
        step?.z.map((value) => value * step.sigma),
      ),
    ],
    [
      ['move', 'end'],
      over ? X0 : row(<mtext>next x</mtext>),
      over ? 'the picture' : 'less noisy',
      from('move', step?.result),
    ],
  ];
  return (
    <div class="learn-panels grid">
      {shown.map(([lit, title, words, values]) => (
        <Panel
          key={lit[0]}
          title={title}
          words={words}
          values={values}
          shape={shape}
          range={lit[0] === 'ask' ? 2 : 1}
          lit={lit.includes(line)}
          mark={pixel.value}
          onPick={(...place) => {
            pixel.value = place;
          }}
        />
      ))}
    </div>
  );
}

export default function SamplingChapter() {
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
        <div class="learn-pixel grid">
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
          is missing, and none is added. Samplers such as DDIM (<Cite of="ddim2020" />) add none at all: they take less
          of the guessed noise away.
        </p>
      </section>
      <Later>
        <Bells />
      </Later>
      <TakeAway>
        Every step trusts the guess a little more than the step before. Fresh noise brings the picture back to the noise
        that the network knows at that t.
      </TakeAway>
      <Notes notes={NOTES} />
      <p>
        To see all the steps at once, and other samplers that need fewer of them, go to{' '}
        <a href={formatRoute('sample')}>Sample</a>.
      </p>
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
        steps visit every 50th. Try 10 and 50 with the same noise, and compare. DPM-Solver++ (<Cite of="lu2022" />)
        follows the guesses’ bend, and needs fewer.
      </p>
    ),
  },
  {
    question: 'This page’s network says the velocity, the lecture’s says the noise. Who is right?',
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
        A picture of 32 × 32 pixels has lost its bones’ edges, and nothing brings them back. Latents of 32 × 32 (
        <Cite of="rombach2022" />) have four numbers a place, which an encoder has learnt to fill with what its decoder
        needs: they give the edges back. Large models paint 512 × 512 pixels so, from latents of 64 × 64 × 4.
      </p>
    ),
  },
];
