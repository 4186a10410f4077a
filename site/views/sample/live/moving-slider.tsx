import type { JSX } from 'preact';
import { Button } from '../../../components/button.tsx';
import { Slider } from '../../../components/slider.tsx';
import { hold, moving, play } from './play.ts';

export interface MovingSliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  format: (value: number) => string;
  onInput: (value: number) => void;
}

/** A slider with a button that moves it from end to end, which those who asked for less motion do without. */
export function MovingSlider({ label, onInput, ...slider }: MovingSliderProps): JSX.Element {
  const { value, min, max, step } = slider;
  const moves = moving.value === label;
  const show = (share: number) => onInput(min + Math.round((share * (max - min)) / step) * step);
  return (
    <div class="live-slider">
      <Slider
        {...slider}
        label={label}
        onInput={(value) => {
          hold();
          onInput(value);
        }}
      />
      <Button
        class="live-play"
        icon={moves ? 'pause' : 'play'}
        label={moves ? `Hold: ${label}` : `Play from end to end: ${label}`}
        onClick={() => (moves ? hold() : play(label, (value - min) / (max - min || 1), show))}
      />
    </div>
  );
}
