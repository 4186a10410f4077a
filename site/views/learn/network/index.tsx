/** The U-Net, to scale: what each block makes of this picture, what its skips bring, and how it is told t. */
import { levelOf } from '@onnoise/scheduler';
import { useMemo } from 'preact/hooks';
import { Card } from '../../../components/card.tsx';
import { Segmented, Slider } from '../../../components/field.tsx';
import { Later, useInTurn, useWork } from '../../../components/later.tsx';
import { EPSILON_HAT, X0, X0_HAT, XT } from '../../../components/math.tsx';
import type { Pause } from '../../../state/tasks.ts';
import { readable } from '../../forward/state/numbers.ts';
import {
  type Answered,
  guessOf,
  type Lesson,
  pictureOf,
  shownDigit,
  squaredError,
  useAnswer,
  useDigits,
  useLesson,
} from '../lesson.ts';
import { Cite, NetworkStatus, type Note, Notes, Panel, TakeAway, Task } from '../parts.tsx';
import { useReading } from '../readings.ts';
import { type Block, blocksOf, skipsOf } from './blocks.ts';
import { clean, cut, Details, Diagram, liveliest, type Maps, noisy, open, openSkip, sizeOf, t } from './diagram.tsx';
import { Embedding } from './time.tsx';
import './network.css';

/** Cut skips: what the network guesses without them. */

interface WithoutProps {
  lesson: Lesson;
  blocks: readonly Block[];
  /** Of the whole network. */
  whole: Answered | undefined;
}

function Without({ lesson, blocks, whole: given }: WithoutProps) {
  const whole = useInTurn(given);
  const { shape } = lesson;
  const x = noisy.value;
  const skips = useMemo(() => skipsOf(blocks).reverse(), [blocks]);
  const gone = cut.value;
  const call = useMemo(
    () => (x && gone.size > 0 ? { x, timesteps: [t.peek()], cut: [...gone].sort() } : undefined),
    [x, gone],
  );
  const without = useAnswer(lesson, call);
  const x0 = clean.value?.x0;
  const [before, after] = [guessedPicture(lesson, whole), guessedPicture(lesson, gone.size > 0 ? without : whole)];
  const errors = x0 && before && after && { before: squaredError(before, x0), after: squaredError(after, x0) };
  const current = whole?.to.x === x && (gone.size === 0 || without?.to === call);
  useReading('skips', errors && current ? { cut: gone.size, ...errors } : undefined);
  return (
    <Card title="Without a skip" class="learn-without grid gap-16">
      <p>
        Cut a skip: its maps become zeros, and the network has only what comes from below. Cut those at the top first,
        then the ones at the bottom. Where does the picture lose its edges, and where hardly anything?
      </p>
      <div class="learn-without-row grid">
        <fieldset class="learn-cuts grid top">
          <legend>Cut</legend>
          {skips.map(({ from }) => (
            <label key={from.module}>
              <input
                type="checkbox"
                checked={gone.has(from.module)}
                onChange={({ currentTarget }) => {
                  const next = new Set(cut.peek());
                  if (currentTarget.checked) next.add(from.module);
                  else next.delete(from.module);
                  cut.value = next;
                }}
              />
              <span>
                {from.title} <span class="number learn-cut-size muted">{sizeOf(from)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="learn-panels grid learn-panels-4">
          <Panel title={X0} words="the picture" values={x0} shape={shape} />
          <Panel title={XT} words="goes in" values={x} shape={shape} />
          <Panel title={X0_HAT} words="all skips" values={before} shape={shape} />
          <Panel
            title={X0_HAT}
            words={gone.size === 0 ? 'none cut' : `${gone.size} of ${skips.length} cut`}
            values={after}
            shape={shape}
          />
        </div>
      </div>
      <p class="learn-verdict" aria-live="polite">
        {errors
          ? `Mean squared error of the picture: ${readable(errors.before)} with all skips, ${readable(errors.after)} with ${gone.size === 0 ? 'none' : gone.size} cut.`
          : 'The network looks at it …'}
      </p>
      <p class="field-hint">
        This network learnt with all of its skips. One that learnt without them would do better than this one does, but
        it would have to send every edge through the bottom.
      </p>
    </Card>
  );
}

/** The guessed picture, within -1 to 1. */
function guessedPicture({ scheduler, schedule }: Lesson, answer: Answered | undefined): Float32Array | undefined {
  if (!answer) return undefined;
  const { x, timesteps } = answer.to;
  return pictureOf(scheduler.prediction_type, levelOf(schedule, timesteps[0]!), x, answer.output);
}

export default function NetworkChapter() {
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
        Press a block to see what it makes of the picture, and a skip to see what travels along it. Then cut one.
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

const NONE: readonly Block[] = [];

function U({ own: given, answer: latest, lesson }: UProps) {
  const [blocks, seen] = [useInTurn(given) ?? NONE, useWork(latest, seenOf)];
  const [patch, side] = [lesson?.unet.patch_size ?? 1, lesson?.shape[1] ?? 0];
  const skips = useMemo(() => skipsOf(blocks), [blocks]);
  const skip = skips.find(({ from }) => from.module === openSkip.value);
  const block = skip?.from ?? blocks.find(({ module }) => module === open.value) ?? blocks[0];
  return (
    <>
      <p class="field-hint">
        To scale: a block’s picture is as large as what it gives has places, its bar as long as it has channels.{' '}
        {patch > 1 &&
          `The network takes ${patch} × ${patch} pixels as one place with ${patch ** 2} values, so ${side} pixels are ${side / patch} places.`}
      </p>
      <Diagram
        blocks={blocks}
        chosen={skip ? { skip: skip.from.module } : { block: block?.module }}
        maps={seen?.thumbs ?? {}}
      />
      {block && <Details block={block} skip={skip} maps={seen?.modules[block.module]} />}
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
        price: it must be told t, because the intensity of the noise is different at each. Told a wrong t, it takes away
        too much of the picture, or leaves too much of the noise.
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

const CHOICE: readonly number[] = [0, 2, 3, 5, 8];

function Inputs({ lesson, answer }: { lesson: Lesson | undefined; answer: Answered | undefined }) {
  const shape = lesson?.shape ?? [1, 28, 28];
  const T = lesson?.schedule.T ?? 1000;
  const guess = useMemo(() => {
    if (!lesson || !answer) return null;
    const { x, timesteps } = answer.to;
    return guessOf(lesson.scheduler.prediction_type, levelOf(lesson.schedule, timesteps[0]!), x, answer.output);
  }, [lesson, answer]);
  return (
    <div class="grid gap-16">
      <div class="learn-inputs-choice grid">
        <Segmented
          label="Picture"
          value={shownDigit.value}
          options={CHOICE}
          onChange={(value) => {
            shownDigit.value = value;
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
      <div class="learn-panels grid learn-panels-4">
        <Panel title={X0} words="the picture" values={clean.value?.x0} shape={shape} />
        <Panel title={XT} words="goes in" values={noisy.value} shape={shape} />
        <Panel title={EPSILON_HAT} words="comes out" values={guess?.epsilon} shape={shape} range={2} />
        <Panel title={X0_HAT} words="what is left" values={guess?.sample} shape={shape} />
      </div>
    </div>
  );
}
