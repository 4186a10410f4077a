/** The U-Net, to scale: what each block makes of this picture, how it is told t, and what happens if it is told a lie. */

import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Later, useInTurn, useWork } from '../../../components/later.tsx';
import { Segmented } from '../../../components/segmented.tsx';
import type { Pause } from '../../../state/tasks.ts';
import { grouped } from '../../forward/state/numbers.ts';
import { Cite } from '../cite.tsx';
import { useDigits } from '../digits.ts';
import { type Lesson, useLesson } from '../lesson.ts';
import { NetworkStatus } from '../network-status.tsx';
import { type Note, Notes, TakeAway, Task } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { type Answered, useAnswer } from '../use-answer.ts';
import { Inputs } from './asked/inputs.tsx';
import { Embedding } from './time/index.tsx';
import './network.css';
import { noisy, t } from './asked/state.ts';
import { type Block, blocksOf } from './u/blocks.ts';
import { Details } from './u/details.tsx';
import { Diagram } from './u/diagram.tsx';
import { Passage } from './u/passage.tsx';
import { skipsOf } from './u/skips.ts';
import { cut, type Drawn, drawn, open, openSkip, playing, reached } from './u/state.ts';
import { liveliest, type Maps } from './u/thumb.tsx';
import { TUTORIAL, tutorialBlocks } from './u/tutorial.ts';
import './u/u.css';
import { Without } from './u/without.tsx';
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
  return (
    <>
      <Task done={openSkip.value !== null || cut.value.size > 0}>
        Send the picture through the U, and press a skip to see what travels along it. Then cut one.
      </Task>
      <Card title="The U-Net" class="grid gap-16">
        <Inputs lesson={lesson} answer={answer} />
        <NetworkStatus />
        <U own={blocks} answer={answer} lesson={lesson} />
      </Card>
      {lesson && (
        <>
          <Later>
            <Without lesson={lesson} blocks={blocks} whole={answer} />
          </Later>
          <Later>
            <Embedding lesson={lesson} />
          </Later>
          <Later>
            <WrongTime lesson={lesson} />
          </Later>
        </>
      )}
      <TakeAway>
        Down: smaller and more channels, to see the whole. Up: larger again, with the skips to keep the edges. And every
        block hears which t it is.
      </TakeAway>
      <Notes notes={NOTES} />
    </>
  );
}

interface UProps {
  /** Of the page's network; empty until its folder is read. */
  own: readonly Block[];
  answer: Answered | undefined;
  lesson: Lesson | undefined;
}

const PLAN = tutorialBlocks();
const NONE: readonly Block[] = [];

/** The page's network with its picture, or the plan of the tutorial's. */
function U({ own: given, answer: latest, lesson }: UProps): JSX.Element {
  const [own, seen] = [useInTurn(given) ?? NONE, useWork(latest, seenOf)];
  const [patch, side] = [lesson?.unet.patch_size ?? 1, lesson?.shape[1] ?? 0];
  const plan = drawn.value === 'tutorial';
  const draw = (value: Drawn) => {
    drawn.value = value;
    reached.value = openSkip.value = open.value = null;
    playing.value = false;
  };
  useReading('plan', { tutorial: plan }, ({ tutorial }) => draw(tutorial ? 'tutorial' : 'page'));
  const blocks = plan ? PLAN : own;
  const skips = useMemo(() => skipsOf(blocks), [blocks]);
  const skip = skips.find(({ from }) => from.module === openSkip.value);
  const block = skip?.from ?? blocks.find(({ module }) => module === open.value) ?? blocks[0];
  const { modules = {}, thumbs = {} } = (!plan && seen) || {};
  return (
    <>
      <Segmented<Drawn>
        label="Network"
        value={drawn.value}
        options={[
          { value: 'page', label: 'This page’s' },
          { value: 'tutorial', label: 'The tutorial’s' },
        ]}
        onChange={draw}
      />
      {blocks.length > 0 && <Passage key={drawn.value} blocks={blocks} />}
      <p class="field-hint">
        To scale: a block’s picture is as large as what it gives has places, its bar as long as it has channels.{' '}
        {plan
          ? `${grouped(TUTORIAL.parameters)} weights, which this page does not have: only the plan is drawn. Its skips leave once a block has halved the size. So none has the full size, and the deepest brings what comes from below anyway.`
          : patch > 1 &&
            `The network takes ${patch} × ${patch} pixels as one place with ${patch ** 2} values, so ${side} pixels are ${side / patch} places.`}
      </p>
      <Diagram blocks={blocks} chosen={skip ? { skip: skip.from.module } : { block: block?.module }} maps={thumbs} />
      {block && <Details block={block} skip={skip} maps={modules[block.module]} plan={plan} />}
    </>
  );
}

/** What the blocks give, and of each its picture. */
async function seenOf({ modules }: Answered, pause: Pause) {
  const thumbs: Record<string, Maps> = {};
  for (const [module, maps] of Object.entries(modules)) {
    thumbs[module] = { data: liveliest(maps), dims: [1, 1, ...maps.dims.slice(2)] };
    await pause();
  }
  return { modules, thumbs };
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
        The exact places, for which <Cite of="unet2015" /> drew the U-Net, to segment cells: the noise has to be named
        pixel by pixel, and at the bottom a place stands for many pixels. Cut the skips above and look.
      </p>
    ),
  },
];
