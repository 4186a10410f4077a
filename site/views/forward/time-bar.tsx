/** t: a slider that is always in view, and a play button. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Slider } from '../../components/slider.tsx';
import { choice, moveTo, t } from './state/state.ts';

const WHOLE = 8000; // ms from 0 to T
const playing = signal(false);

export function TimeBar(): JSX.Element {
  const { T } = choice.value;
  usePlay();
  return (
    <div class="forward-bar">
      <div class="forward-bar-inner">
        <Button
          kind="primary"
          icon={playing.value ? 'pause' : 'play'}
          label={playing.value ? 'Pause' : 'Play'}
          onClick={() => {
            if (!playing.peek() && t.peek() >= T) moveTo(0);
            playing.value = !playing.peek();
          }}
        />
        <Slider
          label="Time t"
          value={t.value}
          min={0}
          max={T}
          format={(time) => `${time} of ${T}`}
          onInput={(time) => {
            playing.value = false;
            moveTo(time);
          }}
        />
      </div>
    </div>
  );
}

/** Moves t once per screen frame, at a pace that does not depend on T. Ends at T, or with the view. */
function usePlay(): void {
  const on = playing.value;
  useEffect(() => {
    if (!on) return;
    let before: number | undefined;
    let exact = t.peek();
    let frame = requestAnimationFrame(function advance(now) {
      const { T } = choice.peek();
      if (Math.round(exact) !== t.peek()) exact = t.peek(); // something else moved it
      exact = Math.min(exact + ((now - (before ?? now)) / WHOLE) * T, T);
      before = now;
      moveTo(exact);
      if (exact >= T) playing.value = false;
      else frame = requestAnimationFrame(advance);
    });
    return () => cancelAnimationFrame(frame);
  }, [on]);
  useEffect(
    () => () => {
      playing.value = false;
    },
    [],
  );
}
