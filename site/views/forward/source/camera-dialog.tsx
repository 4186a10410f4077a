import type { JSX } from 'preact';
import { Button } from '#site/components/button.tsx';
import { Dialog } from '#site/components/dialog.tsx';
import { useCamera } from '#site/components/use-camera.ts';
import { sentence } from '#site/state/store.ts';
import type { Rgba } from '../../../state/picture.ts';
import { readFrame } from '../../../state/read-picture.ts';

export interface CameraDialogProps {
  open: boolean;
  onClose(): void;
  onTake(frame: Rgba): void;
  onTrouble(message: string): void;
}

/** The camera as a mirror, and a button that takes a picture. The camera is off while the dialog is closed. */
export function CameraDialog({ open, onClose, onTake, onTrouble }: CameraDialogProps): JSX.Element {
  const { video, ready, onPlaying } = useCamera({ open, onClose, onTrouble: (error) => onTrouble(sentence(error)) });

  return (
    <Dialog open={open} title="A picture from the camera" onClose={onClose}>
      <div class="grid gap-12">
        <video
          ref={video}
          class="forward-mirror"
          autoPlay
          playsInline
          muted
          aria-label="What the camera sees"
          onPlaying={onPlaying}
        />
        <p class="field-hint">The square in the middle is taken, at 64 × 64. It stays on this page.</p>
        <Button
          kind="primary"
          icon="camera"
          disabled={!ready}
          onClick={() => {
            onTake(readFrame(video.current!));
            onClose();
          }}
        >
          {ready ? 'Take the picture' : 'Waiting for the camera'}
        </Button>
      </div>
    </Dialog>
  );
}
