/** The controls of a figure that plays: a button, and the moment by hand. */
import type { JSX } from 'preact';
import { Button } from '../../../../components/button.tsx';
import { Slider } from '../../../../components/slider.tsx';
import type { Play } from './use-play.ts';

const MOMENTS = 100;

export interface MomentProps extends Play {
  /** Of the button. */
  name: string;
  /** What happens at a moment. */
  words(at: number): string;
}

export function Moment({ name, words, at, playing, moveTo, toggle }: MomentProps): JSX.Element {
  return (
    <>
      <Slider
        label="Moment"
        value={Math.round(at * MOMENTS)}
        min={0}
        max={MOMENTS}
        format={(value) => words(value / MOMENTS)}
        onInput={(value) => moveTo(value / MOMENTS)}
      />
      <div class="row gap-8">
        <Button icon={playing ? 'pause' : 'play'} title={`${playing ? 'Pause' : 'Play'} the ${name}`} onClick={toggle}>
          {playing ? 'Pause' : 'Play'}
        </Button>
      </div>
    </>
  );
}
