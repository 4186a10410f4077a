/** Moves through the steps: a play button, a slider, and a film strip of one picture in place of ticks. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { evenSteps, type Frame } from '../state/frames.ts';
import { picture } from '../state/layout.ts';
import { type Look, look, lookOf, type Seen } from '../state/look.ts';
import { seek, togglePlay } from '../state/playback.ts';
import {
  draft,
  enlarged,
  info,
  last,
  live,
  phase,
  pinned,
  playing,
  position,
  type Run,
  run,
  timestepAt,
} from '../state/state.ts';
import { useBox } from './use-box.ts';

const THUMB = 40;
const AIRY = 60;

export function Transport(): JSX.Element {
  const made = run.value;
  const calls = info.value?.distilled?.calls ?? live.value?.calls;
  const steps = made?.frames.steps ?? calls ?? (Number(draft.value.steps) || 1);
  const step = Math.max(position.value, 0);
  const moving = playing.value || (phase.value === 'sampling' && pinned.value === null);
  const off = !made || last.value < 1;
  return (
    <div class="sample-transport">
      <Button
        class="sample-play"
        icon={moving ? 'pause' : 'play'}
        label={playLabel(moving)}
        disabled={off}
        onClick={togglePlay}
      />
      <div class="grid slim">
        <input
          class="slider sample-scrubber"
          type="range"
          min={0}
          max={steps}
          step={1}
          value={step}
          disabled={off}
          aria-label="Step"
          aria-valuetext={
            made ? `${made.unit} ${step} of ${steps}, t = ${timestepAt(made, step)}` : 'nothing sampled yet'
          }
          ref={(input) => {
            input?.style.setProperty('--filled', `${(step / steps) * 100}%`);
            input?.style.setProperty('--known', `${(Math.max(last.value, 0) / steps) * 100}%`);
          }}
          onInput={({ currentTarget }) => {
            seek(currentTarget.valueAsNumber);
            currentTarget.value = String(Math.max(position.peek(), 0)); // not past the last step on hand
          }}
        />
        <FilmStrip steps={steps} />
      </div>
    </div>
  );
}

function playLabel(moving: boolean): string {
  if (phase.value !== 'sampling') return moving ? 'Pause' : 'Play';
  return moving ? 'Hold this step' : 'Follow the sampling';
}

/** Frames of the large picture, else of the first. The slider serves the keyboard and screen readers instead. */
function FilmStrip({ steps }: { steps: number }): JSX.Element {
  const { ref, width } = useBox();
  const made = run.value;
  const many = Math.max(4, Math.min(13, Math.floor(width / AIRY) + 1));
  return (
    <div class="sample-strip" ref={ref} aria-hidden="true">
      {width > 0 && evenSteps(steps, many).map((step) => <Moment key={step} step={step} made={made} />)}
    </div>
  );
}

/** One picture of a step. */
function seenOf(made: Run, { x, masks }: Frame, index: number, look: Look): Seen {
  const plane = made.shape[1] * made.shape[2];
  const own = masks?.subarray(index * plane, (index + 1) * plane);
  return lookOf(made, { x: picture(x, made.shape, index), masks: own }, look);
}

function Moment({ step, made }: { step: number; made: Run | null }): JSX.Element {
  const frame = made && step <= last.value ? made.frames.at(step) : undefined;
  const index = enlarged.value ?? 0;
  const wanted = look.value;
  const seen = useMemo(() => made && frame && seenOf(made, frame, index, wanted), [made, frame, index, wanted]);
  const near = position.value >= 0 && step <= position.value;
  return (
    <button
      type="button"
      class={near ? 'sample-moment grid muted sample-moment-past' : 'sample-moment grid muted'}
      tabIndex={-1}
      disabled={!frame}
      onClick={() => seek(step)}
    >
      {seen && made ? (
        <PictureCanvas
          pixels={seen.pixels}
          shape={seen.shape}
          scale={THUMB / Math.max(made.shape[1], made.shape[2])}
          label=""
        />
      ) : (
        <span class="sample-moment-blank" />
      )}
      <span class="number">{made ? timestepAt(made, step) : ''}</span>
    </button>
  );
}
