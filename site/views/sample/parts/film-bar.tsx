import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { busy, enlarged, last, type Run, run } from '../state/state.ts';
import { caption, describePicture } from '../state/told.ts';

/** A slider through the pictures, and a button that plays them; nothing where their order means nothing. */
export function FilmBar(): JSX.Element | null {
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
