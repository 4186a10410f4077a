/** A noisy picture, a slider for its t, and the answer. */
import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { Formula, sub } from '../../../components/math.tsx';
import { Slider } from '../../../components/slider.tsx';
import { announce } from '../../../state/store.ts';
import type { Lesson } from '../lesson.ts';
import { Panel } from '../panel.tsx';
import { useReading } from '../readings.ts';
import { another, guessed, noisyAt, riddle, shown, t, trueTime } from './state.ts';

export function Riddle({ lesson }: { lesson: Lesson | undefined }): JSX.Element {
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
    <div class="learn-riddle">
      <Panel
        title={<Formula>{sub('x', 't')}</Formula>}
        words="t = ?"
        values={lesson && noisyAt(answer)}
        shape={lesson?.shape ?? [1, 28, 28]}
      />
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
