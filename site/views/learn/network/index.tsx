/** The U-Net, to scale: what each block makes of this picture, how it is told t, and what happens if it is told a lie. */
import type { JSX } from 'preact';
import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { useDigits } from '../digits.ts';
import { useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { type Note, Notes, TakeAway, Task } from '../parts.tsx';
import { useAnswer } from '../use-answer.ts';
import { type Block, blocksOf } from './blocks.ts';
import { Diagram } from './diagram.tsx';
import { Embedding } from './embedding.tsx';
import { Inputs } from './inputs.tsx';
import './network.css';
import { noisy, open, t } from './state.ts';
import { tiles } from './tiles.ts';
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

/** The lecturer's questions about the network. */
const NOTES: readonly Note[] = [
  {
    question: 'Why one network for all timesteps, and not one for each?',
    answer: (
      <p>
        A thousand networks would learn a thousand times what a digit is. One network learns it once, and shares it. The
        price: it must be told t, because the intensity of the noise is different at each.
      </p>
    ),
  },
  {
    question: 'How is the time embedding put into the network?',
    answer: (
      <p>
        As an extra input. In the tutorial a linear layer makes one number for each channel out of it, which is added to
        the feature maps of each block. It has to be repeated, or a deep block would have forgotten it.
      </p>
    ),
  },
  {
    question: 'What would a U-Net without skips lose?',
    answer: (
      <p>
        The exact places. At the bottom the picture is a few pixels a side: it knows that this is a three, not where its
        edge is. But the noise has to be named pixel by pixel.
      </p>
    ),
  },
];

/** What a block gives for this picture and t: one small picture a channel. */
interface FeatureMapsProps {
  block: Block;
  /** [1, channels, height, width]; undefined: not computed yet. */
  values: { data: Float32Array; dims: readonly number[] } | undefined;
}

const COLUMNS = 16;

function FeatureMaps({ block, values }: FeatureMapsProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { title, module } = block;
  const channels = values?.dims[1] ?? block.channels;
  useLayoutEffect(() => {
    if (!values || !canvas.current) return;
    const [, count = 0, height = 0, width = 0] = values.dims;
    const sheet = tiles(values.data, { count, height, width, columns: COLUMNS });
    canvas.current.width = sheet.width;
    canvas.current.height = sheet.height;
    const image = new ImageData(sheet.width, sheet.height);
    image.data.set(sheet.rgba);
    canvas.current.getContext('2d')!.putImageData(image, 0, 0);
  }, [values]);
  return (
    <figure class="learn-figure grid slim gap-8 learn-maps" aria-live="off">
      <canvas ref={canvas} class="picture" role="img" aria-label={`${channels} feature maps of ${module}`} />
      <figcaption>
        <strong>{title}</strong>, <code>{module}</code>: {channels} feature maps. Blue is negative, orange positive.
      </figcaption>
    </figure>
  );
}
