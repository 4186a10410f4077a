/** What the network draws now: always from the same noise, so that one sees it learn. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Card } from '../../components/card.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { sizeOf } from '../../state/pixels.ts';
import { SIDE } from './pictures.ts';
import { info, samples } from './state.ts';
import { stepsOf } from './words.ts';

/** What the shipped steps draw. */
const SHIPPED = [1, SIDE, SIDE] as const;
/** Before the first pictures. */
const GRAY = 128;

export function Samples(): JSX.Element {
  const shown = samples.value;
  const names = info.value?.classNames;
  const shape = info.value?.shape ?? SHIPPED;
  const empty = useMemo(() => new Uint8ClampedArray(sizeOf(shape)).fill(GRAY), [shape]);
  const pictures = shown?.pictures ?? new Array<Uint8ClampedArray>(10).fill(empty);
  const word = (i: number) => (names ? `a ${names[i % names.length]}` : `picture ${i + 1}`);
  return (
    <Card title="What it draws" aside={shown && <span class="field-aside number">after {stepsOf(shown.step)}</span>}>
      <ul class="train-samples">
        {pictures.map((picture, i) => (
          <li key={i}>
            <PictureCanvas
              pixels={picture}
              shape={shape}
              label={shown ? `${word(i)}, as it draws it now` : 'not drawn yet'}
            />
          </li>
        ))}
      </ul>
      <p class="field-hint">
        Every few seconds, from the same noise each time{names ? `: ${names.join(', ')}` : ''}. At first it draws noise.
      </p>
    </Card>
  );
}
