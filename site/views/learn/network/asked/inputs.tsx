/** The picture and the time that go in, and the guess that comes out. */
import { levelOf } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Formula, sub } from '../../../../components/math.tsx';
import { Segmented } from '../../../../components/segmented.tsx';
import { Slider } from '../../../../components/slider.tsx';
import { shownDigit } from '../../digits.ts';
import { formsOf } from '../../forms.ts';
import type { Lesson } from '../../lesson.ts';
import { Panel } from '../../panel.tsx';
import { hat } from '../../symbols.tsx';
import type { Answered } from '../../use-answer.ts';
import { clean, noisy, t } from './state.ts';

const CHOICE = ['0', '2', '3', '5', '8'] as const;

export function Inputs({ lesson, answer }: { lesson: Lesson | undefined; answer: Answered | undefined }): JSX.Element {
  const shape = lesson?.shape ?? [1, 28, 28];
  const T = lesson?.schedule.T ?? 1000;
  const guess = useMemo(() => {
    if (!lesson || !answer) return null;
    const { x, timesteps } = answer.to;
    return formsOf(lesson.scheduler.prediction_type, levelOf(lesson.schedule, timesteps[0]!), x, answer.output);
  }, [lesson, answer]);
  return (
    <div class="grid gap-16">
      <div class="learn-inputs-choice">
        <Segmented
          label="Picture"
          value={String(shownDigit.value)}
          options={CHOICE.map((value) => ({ value, label: value }))}
          onChange={(value) => {
            shownDigit.value = Number(value);
          }}
        />
        <Slider
          label="Time t"
          value={t.value}
          min={0}
          max={T - 1}
          onInput={(value) => {
            t.value = value;
          }}
        />
      </div>
      <div class="learn-panels learn-panels-4">
        <Panel title={<Formula>{sub('x', '0')}</Formula>} words="the picture" values={clean.value?.x0} shape={shape} />
        <Panel title={<Formula>{sub('x', 't')}</Formula>} words="goes in" values={noisy.value} shape={shape} />
        <Panel
          title={<Formula>{hat('ε')}</Formula>}
          words="comes out"
          values={guess?.epsilon}
          shape={shape}
          range={2}
        />
        <Panel title={<Formula>{hat('x', '0')}</Formula>} words="what is left" values={guess?.sample} shape={shape} />
      </div>
    </div>
  );
}
