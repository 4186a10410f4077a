/** The U-Net, to scale: what each block makes of this picture, how it is told t, and what happens if it is told a lie. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { useDigits } from '../digits.ts';
import { useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { Notes, TakeAway, Task } from '../parts.tsx';
import { useAnswer } from '../use-answer.ts';
import { blocksOf } from './blocks.ts';
import { Diagram } from './diagram.tsx';
import { Embedding } from './embedding.tsx';
import { FeatureMaps } from './feature-maps.tsx';
import { Inputs } from './inputs.tsx';
import './network.css';
import { NOTES } from './notes.tsx';
import { noisy, open, t } from './state.ts';
import { WrongTime } from './wrong-time.tsx';

export default function NetworkChapter(): JSX.Element {
  const lesson = useLesson();
  useDigits();
  const blocks = useMemo(() => (lesson ? blocksOf(lesson.unet, lesson.shape[1]) : []), [lesson]);
  const x = noisy.value;
  const call = useMemo(
    () =>
      x && blocks.length > 0 ? { x, timesteps: [t.peek()], expose: blocks.map(({ module }) => module) } : undefined,
    [x, blocks],
  );
  const answer = useAnswer(lesson, call);
  const chosen = blocks.find(({ module }) => module === open.value) ?? blocks[0];
  return (
    <>
      <Task done={open.value !== null}>Press a block of the network to see what it makes of this picture.</Task>
      <Card title="The U-Net of this page" class="grid gap-16">
        <Inputs lesson={lesson} answer={answer} />
        <NetworkStatus />
        <p class="field-hint">To scale: a bar is as wide as the block has channels, and as high as its picture.</p>
        <Diagram blocks={blocks} chosen={chosen?.module} />
        {(lesson?.unet.patch_size ?? 1) > 1 && (
          <p class="field-hint">
            The network takes 2 × 2 pixels as one place with four values, so 28 pixels are 14 places.
          </p>
        )}
        {chosen && <FeatureMaps block={chosen} values={answer?.modules[chosen.module]} />}
      </Card>
      {lesson && <Embedding lesson={lesson} />}
      {lesson && <WrongTime lesson={lesson} />}
      <TakeAway>
        Down: smaller and more channels, to see the whole. Up: larger again, with the skips to keep the edges. And every
        block hears which t it is.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}
