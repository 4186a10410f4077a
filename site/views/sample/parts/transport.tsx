/** Moves through the steps: a play button, a slider, and a film strip of one picture in place of ticks. */

import { signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Button } from '../../../components/button.tsx';
import { ClassLegend } from '../../../components/class-colours.tsx';
import { Segmented } from '../../../components/field.tsx';
import { describeProgress } from '../../../components/model-words.ts';
import { PictureCanvas } from '../../../components/picture-canvas.tsx';
import { useBox } from '../../../components/use-box.ts';
import { current, loaded } from '../../../state/store.ts';
import { evenSteps, type Frame, type Look, look, lookOf, type Seen } from '../state/frames.ts';
import { picture } from '../state/layout.ts';
import { counted, formatRate, formatSeconds } from '../state/pace.ts';
import { seek, togglePlay } from '../state/playback.ts';
import { pictures } from '../state/run.ts';
import {
  busy,
  draft,
  enlarged,
  info,
  last,
  live,
  pace,
  phase,
  pinned,
  playing,
  position,
  type Run,
  recorded,
  run,
  timestepAt,
} from '../state/state.ts';
import { caption, describePicture } from '../state/told.ts';

const THUMB = 40;
const AIRY = 60;

export function Transport() {
  const made = run.value;
  const calls = info.value?.distilled?.calls ?? live.value?.calls;
  const steps = made?.frames.steps ?? calls ?? (Number(draft.value.steps) || 1);
  const step = Math.max(position.value, 0);
  const moving = playing.value || (phase.value === 'sampling' && pinned.value === null);
  const off = !made || last.value < 1;
  return (
    <div class="sample-transport grid gap-12">
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
function FilmStrip({ steps }: { steps: number }) {
  const { ref, width } = useBox();
  const made = run.value;
  const many = Math.max(4, Math.min(13, Math.floor(width / AIRY) + 1));
  return (
    <div class="sample-strip between" ref={ref} aria-hidden="true">
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

function Moment({ step, made }: { step: number; made: Run | null }) {
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

/** A slider through the pictures, and a button that plays them; nothing where their order means nothing. */
export function FilmBar() {
  const made = run.value;
  if (!made || !isFilm(made) || busy.value || last.value < 0) return null;
  const { count } = made.parameters;
  const index = enlarged.value ?? 0;
  const moving = filming.value;
  return (
    <section class="sample-film grid gap-12 muted" aria-label="The pictures as a film">
      <Button
        class="sample-play"
        icon={moving ? 'pause' : 'play'}
        label={moving ? 'Hold this picture' : 'Play the pictures as a film'}
        onClick={toggleFilm}
      />
      <span>Film</span>
      <input
        class="slider"
        type="range"
        min={0}
        max={count - 1}
        step={1}
        value={index}
        aria-label="Picture"
        aria-valuetext={describePicture(index)}
        ref={(input) => input?.style.setProperty('--filled', `${(index / (count - 1)) * 100}%`)}
        onInput={({ currentTarget }) => showPicture(currentTarget.valueAsNumber)}
      />
      <output class="number">
        {enlarged.value === null ? `${count} pictures` : caption(index).join(', ') || `${index + 1}`}
      </output>
    </section>
  );
}

/** Milliseconds that a picture stays. */
const STAY = 450;
/** Fewer pictures are no film. */
const FEWEST = 3;

const filming = signal(false);
let timer: ReturnType<typeof setTimeout> | undefined;

const isFilm = ({ parameters: { start, count } }: Run): boolean =>
  count >= FEWEST && (start?.kind === 'same' || start?.kind === 'between');

/** Shows one of the pictures, and holds it. */
function showPicture(index: number): void {
  filming.value = false;
  enlarged.value = index;
}

/** Plays from the picture on show, or from the first if that is the last; or holds the one on show. */
function toggleFilm(): void {
  if (filming.peek()) {
    filming.value = false;
    return;
  }
  const made = run.peek();
  if (!made) return;
  const end = made.parameters.count - 1;
  const now = enlarged.peek() ?? 0;
  enlarged.value = now >= end ? 0 : now;
  filming.value = true;
  const turn = () => {
    const at = enlarged.peek();
    if (!filming.peek()) return; // held by the slider
    if (run.peek() !== made || at === null || at >= end) {
      filming.value = false;
      return;
    }
    enlarged.value = at + 1;
    timer = setTimeout(turn, STAY);
  };
  clearTimeout(timer);
  timer = setTimeout(turn, STAY);
}

/** For models that draw a mask with each picture: which of them to show, and what the colours stand for. */

const WORDS: Record<Look, string> = { pictures: 'Pictures', masks: 'Masks', both: 'Masks on pictures' };

export function LookBar() {
  const maskOutput = run.value?.maskOutput ?? current.value.maskOutput;
  if (maskOutput === undefined) return null;
  return (
    <div class="sample-look grid gap-12">
      <Segmented<Look>
        label="Show"
        value={look.value}
        options={WORDS}
        hint="This model draws each picture together with a mask, which says what is where."
        onChange={(chosen) => {
          look.value = chosen;
        }}
      />
      {look.value !== 'pictures' && <ClassLegend classes={maskOutput.classes} />}
    </div>
  );
}

/** The numbers of the sampling: t, the step, the pace, and the time left. */

export function Readout() {
  const made = run.value;
  const step = Math.max(position.value, 0);
  return (
    <div class="sample-readout">
      <p class="sample-t">
        <math>
          <mi>t</mi>
          <mo>=</mo>
        </math>
        <span class="number">{made ? timestepAt(made, step) : (recorded.value?.t ?? '–')}</span>
      </p>
      <p class="sample-step number">{made ? `${made.unit} ${step} of ${made.frames.steps}` : before()}</p>
      <p class="sample-status number">{status()}</p>
    </div>
  );
}

/** What is shown before anything was made. */
function before(): string {
  const { value } = recorded;
  return value ? `a recording, step ${value.step} of ${value.steps}` : 'pure noise';
}

function status(): string {
  switch (phase.value) {
    case 'loading':
      return loadingStatus();
    case 'sampling': {
      const { seconds = 0, stepsPerSecond = 0, left = null } = pace.value ?? {};
      const rate = stepsPerSecond > 0 ? ` · ${rateWords(stepsPerSecond)}` : '';
      return `${formatSeconds(seconds)}${rate}${left === null ? '' : ` · ${formatSeconds(left)} left`}`;
    }
    case 'done': {
      if (!run.value || !pace.value) return '';
      const { seconds, stepsPerSecond } = pace.value;
      return `${pictures(run.value.parameters.count)} in ${formatSeconds(seconds)} · ${rateWords(stepsPerSecond)}`;
    }
    case 'cancelled':
      return `Cancelled after ${unit()} ${Math.max(last.value, 0)}`;
    default:
      return info.value
        ? recorded.value
          ? 'Ready: press Sample to make them here'
          : 'Ready'
        : loaded.value.state === 'loading'
          ? loadingStatus()
          : '';
  }
}

/** `3.42 steps/s` */
const rateWords = (rate: number) => `${counted(formatRate(rate), unit())}/s`;

const unit = () => run.value?.unit ?? 'step';

function loadingStatus(): string {
  const { value } = loaded;
  if (value.state !== 'loading') return 'Starting';
  const { label, bytes } = describeProgress(value.progress);
  return bytes ? `${label}, ${bytes}` : label;
}
