import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { filming, isFilm, showPicture, toggleFilm } from '../state/film.ts';
import { busy, enlarged, last, run } from '../state/state.ts';
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
