/** The camera as a mirror, and a button that takes picture after picture. The camera is off while the dialog is closed. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { useCamera } from '../../components/use-camera.ts';
import { readFrame } from '../../state/read-picture.ts';
import { takeFrame } from './actions.ts';
import { prepare } from './pictures.ts';
import { own } from './state.ts';
import { picturesOf } from './words.ts';

const SERIES = 20;
/** Milliseconds between the pictures of a series: enough to move a little. */
const PAUSE = 250;

export interface CameraDialogProps {
  open: boolean;
  onClose(): void;
  onTrouble(error: unknown): void;
}

export function CameraDialog({ open, onClose, onTrouble }: CameraDialogProps): JSX.Element {
  const { video, ready, onPlaying } = useCamera({ open, onClose, onTrouble });
  const [series, setSeries] = useState(0);

  useEffect(() => {
    if (open) setSeries(0);
  }, [open]);

  const take = () => takeFrame(prepare(readFrame(video.current!)));

  useEffect(() => {
    if (series === 0 || !open) return;
    const timer = setTimeout(() => {
      take();
      setSeries(series - 1);
    }, PAUSE);
    return () => clearTimeout(timer);
  }, [series, open]);

  return (
    <Dialog open={open} title="Pictures from the camera" onClose={onClose}>
      <div class="grid gap-14">
        <video
          ref={video}
          class="train-mirror"
          autoPlay
          playsInline
          muted
          aria-label="What the camera sees"
          onPlaying={onPlaying}
        />
        <p class="field-hint">
          The square in the middle is taken, 16 × 16 pixels in gray. Fill it, and move a little between pictures.
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
      </div>
    </Dialog>
  );
}
