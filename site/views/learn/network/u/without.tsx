/** The same network with skips cut: zeros come in their place, and the guess shows what they brought. */
import { levelOf } from '@onnoise/scheduler';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Card } from '../../../../components/card.tsx';
import { useInTurn } from '../../../../components/later.tsx';
import { Formula, sub } from '../../../../components/math.tsx';
import { readable } from '../../../forward/state/numbers.ts';
import { pictureOf, squaredError } from '../../forms.ts';
import type { Lesson } from '../../lesson.ts';
import { Panel } from '../../panel.tsx';
import { useReading } from '../../readings.ts';
import { hat } from '../../symbols.tsx';
import { type Answered, useAnswer } from '../../use-answer.ts';
import { clean, noisy, t } from '../asked/state.ts';
import type { Block } from './blocks.ts';
import { sizeOf } from './diagram.tsx';
import { skipsOf } from './skips.ts';
import { cut } from './state.ts';

interface WithoutProps {
  lesson: Lesson;
  blocks: readonly Block[];
  /** Of the whole network. */
  whole: Answered | undefined;
}

export function Without({ lesson, blocks, whole: given }: WithoutProps): JSX.Element {
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
  const [before, after] = [guessOf(lesson, whole), guessOf(lesson, gone.size > 0 ? without : whole)];
  const errors = x0 && before && after && { before: squaredError(before, x0), after: squaredError(after, x0) };
  const current = whole?.to.x === x && (gone.size === 0 || without?.to === call);
  useReading('skips', errors && current ? { cut: gone.size, ...errors } : undefined);
  return (
    <Card title="Without a skip" class="learn-without grid gap-16">
      <p>
        Cut a skip: its maps become zeros, and the network has only what comes from below. Cut those at the top first,
        then the ones at the bottom. Where does the picture lose its edges, and where hardly anything?
      </p>
      <div class="learn-without-row">
        <fieldset class="learn-cuts">
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
                {from.title} <span class="number learn-cut-size">{sizeOf(from)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="learn-panels learn-panels-4">
          <Panel title={<Formula>{sub('x', '0')}</Formula>} words="the picture" values={x0} shape={shape} />
          <Panel title={<Formula>{sub('x', 't')}</Formula>} words="goes in" values={x} shape={shape} />
          <Panel title={<Formula>{hat('x', '0')}</Formula>} words="all skips" values={before} shape={shape} />
          <Panel
            title={<Formula>{hat('x', '0')}</Formula>}
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
function guessOf({ scheduler, schedule }: Lesson, answer: Answered | undefined): Float32Array | undefined {
  if (!answer) return undefined;
  const { x, timesteps } = answer.to;
  return pictureOf(scheduler.prediction_type, levelOf(schedule, timesteps[0]!), x, answer.output);
}
