/** Guess the noise: first the visitor guesses how much, then the network guesses which. */
import { levelOf } from '@onnoise/scheduler';
import { computed, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { Card } from '../../../components/card.tsx';
import { Slider } from '../../../components/field.tsx';
import { EPSILON_HAT, epsilon as noiseSymbol, row, X0, X0_HAT, XT } from '../../../components/math.tsx';
import { announce } from '../../../state/store.ts';
import { readable } from '../../forward/state/numbers.ts';
import { digits, epsilon } from '../../forward/state/state.ts';
import {
  countOf,
  guessOf,
  type Lesson,
  lesson,
  pictureAt,
  squaredError,
  useAnswer,
  useDigits,
  useLesson,
} from '../lesson.ts';
import { Cite, Legend, NetworkStatus, type Note, Notes, Panel, TakeAway, Task } from '../parts.tsx';

import { useReading } from '../readings.ts';
import './guess.css';

/** The riddle: a picture, its noise, and the time that is to be guessed. */

interface Puzzle {
  /** Place of the picture among the real digits. */
  index: number;
  seed: number;
  /** 0 to 1: how far from the picture to pure noise. */
  share: number;
}

/** Neither the picture itself nor pure noise: those are too easy. */
const [FROM, TO] = [0.08, 0.92];

const riddle = signal<Puzzle>({ index: 3, seed: 1, share: 0.42 });
/** The visitor's t; null before the slider was moved. */
const guessed = signal<number | null>(null);
const shown = signal(false);
/** The t on show: the riddle's own, then any. */
const t = signal(0);

const trueTime = (share: number, T: number): number => Math.round(share * (T - 1));

function another(random: () => number = Math.random): void {
  const count = digits.peek() ? countOf(digits.peek()!) : 10;
  riddle.value = {
    index: Math.floor(random() * count),
    seed: Math.floor(random() * 2 ** 32),
    share: FROM + random() * (TO - FROM),
  };
  guessed.value = null;
  shown.value = false;
}

const clean = computed(() => digits.value && pictureAt(digits.value, riddle.value.index));
const noise = computed(() => clean.value && epsilon(riddle.value.seed, clean.value.x0.length));

/** x at a timestep of the network's schedule. */
function noisyAt(time: number): Float32Array | undefined {
  const [picture, grain, facts] = [clean.value, noise.value, lesson.value];
  if (!picture || !grain || !facts) return undefined;
  const { signal: a, noise: b } = levelOf(facts.schedule, time);
  return picture.x0.map((value, i) => a * value + b * grain[i]!);
}

export default function GuessChapter() {
  const lesson = useLesson();
  const digits = useDigits();
  return (
    <>
      <Task done={shown.value}>
        How noisy is this picture? Guess its t, then let the network guess the noise itself.
      </Task>
      <Card class="grid gap-18">
        <Riddle lesson={digits && lesson} />
        <NetworkStatus />
        {shown.value && lesson && <Reveal lesson={lesson} />}
      </Card>
      <Legend of={['x0', 'xt', 'ε', 'ε^', 'x^0']} />
      <TakeAway>
        The network never paints. It looks at x<sub>t</sub> and t, and says which noise is in there. What is left is its
        guess of the picture: a mean of all that the picture may have been.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

/** The lecturer's questions about the network's job. */
const NOTES: readonly Note[] = [
  {
    question: 'What do we want the U-Net to do?',
    answer: (
      <p>A noisy image goes in, and the noise in that image comes out. Not the clean image, not the next step.</p>
    ),
  },
  {
    question: 'Where is the loss function?',
    answer: (
      <p>
        You have just seen it. After some heavy mathematics the authors (<Cite of="ho2020" />) found that it is enough
        to compare the output of the model, the guessed noise, with the actual noise: the mean squared error. That is
        all.
      </p>
    ),
  },
  {
    question: 'How can it know the noise? It is random.',
    answer: (
      <p>
        It cannot know it, but pictures are not random: a digit is black with a few smooth strokes. Whatever does not
        look like a digit must be noise. Where that does not help, on the edges of strokes, the error map is bright.
      </p>
    ),
  },
];

function Riddle({ lesson }: { lesson: Lesson | undefined }) {
  const T = lesson?.schedule.T ?? 1000;
  const answer = trueTime(riddle.value.share, T);
  const mine = guessed.value ?? Math.round(T / 2);
  useReading('riddle', { guess: mine, t: answer, T, told: shown.value });
  const reveal = () => {
    t.value = answer;
    guessed.value = mine;
    shown.value = true;
    announce(`It is t = ${answer}. You said ${mine}.`);
  };
  return (
    <div class="learn-riddle grid">
      <Panel title={XT} words="t = ?" values={lesson && noisyAt(answer)} shape={lesson?.shape ?? [1, 28, 28]} />
      <div class="grid top gap-12">
        <Slider
          label="Your guess: t"
          value={mine}
          min={0}
          max={T - 1}
          disabled={shown.value}
          format={(value) => `${value} of ${T - 1}`}
          hint="0 is the picture, the far end is pure noise."
          onInput={(value) => {
            guessed.value = value;
          }}
        />
        {shown.value ? (
          <p class="learn-verdict">
            It is <strong class="number">t = {answer}</strong>, and you said {mine}:{' '}
            {verdict(Math.abs(mine - answer) / T)}
          </p>
        ) : (
          <p class="field-hint">What can you still see: the digit, an edge, a shade?</p>
        )}
        <div class="row gap-8">
          <Button kind="primary" disabled={!lesson || shown.value} onClick={reveal}>
            Check
          </Button>
          <Button icon="dice" disabled={!lesson} onClick={() => another()}>
            Another picture
          </Button>
        </div>
      </div>
    </div>
  );
}

/** @param off share of T */
function verdict(off: number): string {
  if (off < 0.03) return 'as good as it gets.';
  if (off < 0.1) return 'close.';
  if (off < 0.25) return 'not far. It is hard to say, which is why the network is told t.';
  return 'far off. That is why the network is told t: it does not have to guess it.';
}

function Reveal({ lesson }: { lesson: Lesson }) {
  const time = t.value;
  const [picture, grain] = [clean.value, noise.value];
  const x = useMemo(() => noisyAt(time), [time, picture, grain, lesson]);
  const call = useMemo(() => x && { x, timesteps: [time] }, [x]);
  const answer = useAnswer(lesson, call);
  const guess = useMemo(() => {
    if (!answer || !grain) return null;
    const { x: seen, timesteps } = answer.to;
    const type = lesson.scheduler.prediction_type;
    const forms = guessOf(type, levelOf(lesson.schedule, timesteps[0]!), seen, answer.output);
    const error = forms.epsilon.map((value, i) => Math.abs(value - grain[i]!));
    return { ...forms, error: error.map((e) => 2 * Math.min(e, 1) - 1), mse: squaredError(forms.epsilon, grain) };
  }, [answer, grain]);
  useReading('error', guess && answer?.to === call ? { t: time, mse: guess.mse } : undefined);
  const { shape } = lesson;
  return (
    <section class="learn-reveal grid gap-18" aria-label="What the network says">
      <Slider
        label="Now at any t"
        value={time}
        min={0}
        max={lesson.schedule.T - 1}
        format={(value) => `t = ${value}`}
        onInput={(value) => {
          t.value = value;
        }}
      />
      <div class="learn-panels grid">
        <Panel title={XT} words="what it sees" values={x} shape={shape} />
        <Panel title={EPSILON_HAT} words="its guess" values={guess?.epsilon} shape={shape} range={2} />
        <Panel title={row(noiseSymbol)} words="the true noise" values={grain} shape={shape} range={2} />
        <Panel
          title={row('|', EPSILON_HAT, '−', noiseSymbol, '|')}
          words="error: white is 1"
          values={guess?.error}
          shape={shape}
        />
        <Panel title={X0_HAT} words="what is left" values={guess?.sample} shape={shape} />
        <Panel title={X0} words="the true picture" values={picture?.x0} shape={shape} />
      </div>
      <p class="learn-verdict">
        {guess ? (
          <>
            Mean squared error of the noise: <strong class="number">{readable(guess.mse)}</strong>. Who always says “no
            noise” has about 1.
          </>
        ) : (
          'The network looks at it …'
        )}
      </p>
      <p class="field-hint">
        Go to the far left: there is hardly any noise, and it is hard to find. Go to the far right: the noise is easy,
        but the picture is a guess, blurred where several are possible: the network says their mean.
      </p>
    </section>
  );
}
