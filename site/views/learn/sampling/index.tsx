/** Sampling, line by line: algorithm 2 on the digits' network, with the numbers of one pixel. */
import type { SamplerTable } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Slider } from '../../../components/slider.tsx';
import { formatRoute } from '../../../state/router.ts';
import { useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { Notes, TakeAway, Task } from '../parts.tsx';
import { Algorithm } from './algorithm.tsx';
import { Controls } from './controls.tsx';
import { FormChoice } from './forms.tsx';
import { NOTES } from './notes.tsx';
import { Panels } from './panels.tsx';
import './sampling.css';
import { begin, pixel, playing, walk } from './state.ts';
import { weighed } from './walk.ts';

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
      <FormChoice prediction={lesson?.scheduler.prediction_type} />
      <TakeAway>
        Every step trusts the guess a little more than the step before.
        {walk.value && <Weights table={walk.value.table} />} Fresh noise keeps the door open for another picture.
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
      The first of these {table.rows.length} is nearly all fresh noise. In the next {kept}, x<sub>t</sub> weighs more
      than the guess, and in the last {trusting} the guess weighs more; the very last returns it alone.
    </>
  );
}
