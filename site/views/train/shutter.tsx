/** The buttons below the camera: they take picture after picture. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { readFrame } from '../../state/read-picture.ts';
import { takeFrame } from './actions.ts';
import { prepare } from './pictures.ts';
import { own, shape } from './state.ts';
import { picturesOf, pixelsOf } from './words.ts';

const SERIES = 20;
/** Milliseconds between the pictures of a series: enough to move a little. */
const PAUSE = 250;

interface ShutterProps {
  video(): HTMLVideoElement;
  ready: boolean;
  onClose(): void;
}

export function Shutter({ video, ready, onClose }: ShutterProps): JSX.Element {
  const [series, setSeries] = useState(0);
  const take = () => takeFrame(prepare(readFrame(video())));

  useEffect(() => {
    if (series === 0) return;
    const timer = setTimeout(() => {
      take();
      setSeries(series - 1);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [series]);

  return (
    <>
      <p class="field-hint">
        Each picture is cut to its middle, {pixelsOf(shape.value)}. Fill that, and move a little between pictures.
      </p>
      <p class="number" role="status">
        {picturesOf(own.value.length, null)}
      </p>
      <div class="train-buttons">
        <Button kind="primary" icon="camera" disabled={!ready || series > 0} onClick={take}>
          {ready ? 'Take one' : 'Waiting for the camera'}
        </Button>
        <Button disabled={!ready || series > 0} onClick={() => setSeries(SERIES)}>
          {series > 0 ? `${series} to come` : `Take ${SERIES}`}
        </Button>
        <Button onClick={onClose}>Done</Button>
      </div>
    </>
  );
}
