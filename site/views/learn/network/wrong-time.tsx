/** The same picture, and a wrong t: how much worse the guess becomes. */
import { levelOf } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Formula, sub } from '../../../components/math.tsx';
import { Slider } from '../../../components/slider.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { pictureOf, squaredError } from '../forms.ts';
import type { Lesson } from '../lesson.ts';
import { LineChart } from '../line-chart.tsx';
import { Panel } from '../panel.tsx';
import { hat } from '../symbols.tsx';
import { useAnswer } from '../use-answer.ts';
import { clean, noisy, t, told } from './asked/state.ts';

/** Times that the network is told, besides the one of the slider. */
const POINTS = 13;

export function WrongTime({ lesson }: { lesson: Lesson }): JSX.Element {
  const { schedule, scheduler, shape } = lesson;
  const last = schedule.T - 1;
  const x = noisy.value;
  const picture = clean.value;
  const lie = told.value ?? Math.round(last * 0.8);
  const call = useMemo(() => {
    if (!x) return undefined;
    const even = Array.from({ length: POINTS }, (_, i) => Math.round((i * last) / (POINTS - 1)));
    const timesteps = [t.peek(), lie, ...even];
    const batch = new Float32Array(timesteps.length * x.length);
    timesteps.forEach((_, i) => {
      batch.set(x, i * x.length);
    });
    return { x: batch, timesteps };
  }, [x, lie]);
  const answer = useAnswer(lesson, call);
  const guesses = useMemo(() => {
    if (!answer || !picture) return null;
    const size = picture.x0.length;
    return answer.to.timesteps.map((time, i) => {
      const part = (of: Float32Array) => of.subarray(i * size, (i + 1) * size);
      const level = levelOf(schedule, time);
      const shown = pictureOf(scheduler.prediction_type, level, part(answer.to.x), part(answer.output));
      return { time, shown, error: squaredError(shown, picture.x0) };
    });
  }, [answer, picture]);
  const [truth, wrong, ...curve] = guesses ?? [];
  const line = [...curve, ...(truth ? [truth] : [])].sort((a, b) => a.time - b.time);
  return (
    <Card title="Without the right t" class="learn-wrong grid gap-16">
      <p>
        Keep the picture, and tell the network another t. It looks for the wrong amount of noise: too much of the
        picture goes, or too much of the noise stays.
      </p>
      <Slider
        label="Tell the network"
        value={lie}
        min={0}
        max={last}
        format={(value) => `t = ${value}, and it is ${t.value}`}
        onInput={(value) => {
          told.value = value;
        }}
      />
      <div class="learn-wrong-row grid gap-16">
        <div class="learn-panels learn-panels-3">
          <Panel title={<Formula>{sub('x', 't')}</Formula>} words="goes in" values={x} shape={shape} />
          <Panel
            title={<Formula>{hat('x', '0')}</Formula>}
            words="told the truth"
            values={truth?.shown}
            shape={shape}
          />
          <Panel title={<Formula>{hat('x', '0')}</Formula>} words="told the lie" values={wrong?.shown} shape={shape} />
        </div>
        <LineChart
          label="Error of the guessed picture against the t that the network was told: smallest near the truth"
          points={line.map(({ time, error }) => [time, error])}
          x={{ name: 't it was told', max: last }}
          y="error of the picture"
          marks={[
            ...(truth ? [{ at: truth.time, value: truth.error, words: 'truth' }] : []),
            ...(wrong ? [{ at: wrong.time, value: wrong.error, words: 'lie' }] : []),
          ]}
        />
      </div>
      <p class="learn-verdict">
        {truth && wrong
          ? `Mean squared error of the picture: ${readable(truth.error)} with the right t, ${readable(wrong.error)} with t = ${wrong.time}.`
          : 'The network looks at it …'}
      </p>
    </Card>
  );
}
