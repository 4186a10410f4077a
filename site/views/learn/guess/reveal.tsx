/** The network's guess of the noise beside the true noise, and where they differ, at any t. */
import { levelOf } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { epsilon, Formula, row, sub } from '../../../components/math.tsx';
import { Slider } from '../../../components/slider.tsx';
import { readable } from '../../forward/state/numbers.ts';
import { formsOf, squaredError } from '../forms.ts';
import type { Lesson } from '../lesson.ts';
import { Panel } from '../panel.tsx';
import { useReading } from '../readings.ts';
import { hat } from '../symbols.tsx';
import { useAnswer } from '../use-answer.ts';
import { clean, noise, noisyAt, t } from './state.ts';

export function Reveal({ lesson }: { lesson: Lesson }): JSX.Element {
  const time = t.value;
  const [picture, grain] = [clean.value, noise.value];
  const x = useMemo(() => noisyAt(time), [time, picture, grain, lesson]);
  const call = useMemo(() => x && { x, timesteps: [time] }, [x]);
  const answer = useAnswer(lesson, call);
  const guess = useMemo(() => {
    if (!answer || !grain) return null;
    const { x: seen, timesteps } = answer.to;
    const type = lesson.scheduler.prediction_type;
    const forms = formsOf(type, levelOf(lesson.schedule, timesteps[0]!), seen, answer.output);
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
      <div class="learn-panels">
        <Panel title={<Formula>{sub('x', 't')}</Formula>} words="what it sees" values={x} shape={shape} />
        <Panel
          title={<Formula>{hat('ε')}</Formula>}
          words="its guess"
          values={guess?.epsilon}
          shape={shape}
          range={2}
        />
        <Panel
          title={<Formula>{row(epsilon)}</Formula>}
          words="the true noise"
          values={grain}
          shape={shape}
          range={2}
        />
        <Panel
          title={<Formula>{row('|', hat('ε'), '−', epsilon, '|')}</Formula>}
          words="error: white is 1"
          values={guess?.error}
          shape={shape}
        />
        <Panel title={<Formula>{hat('x', '0')}</Formula>} words="what is left" values={guess?.sample} shape={shape} />
        <Panel title={<Formula>{sub('x', '0')}</Formula>} words="the true picture" values={picture?.x0} shape={shape} />
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
