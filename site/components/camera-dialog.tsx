/** The camera as a mirror in a dialog: on while the dialog is open, off otherwise. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';

interface CameraDialogProps {
  open: boolean;
  title: string;
  /** Of the mirror. */
  class: string;
  onClose(): void;
  /** Why there is no camera; the dialog is closed then. */
  onTrouble(error: unknown): void;
  /** What stands below the mirror. @param ready whether it shows pictures yet */
  children(video: () => HTMLVideoElement, ready: boolean): ComponentChildren;
}

export function CameraDialog({ open, title, class: mirror, onClose, onTrouble, children }: CameraDialogProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);

  useEffect(() => {
    if (!open) return;
    let left = false;
    let stream: MediaStream | undefined;
    setReady(false);
    openCamera().then(
      (opened) => {
        if (left) return closeCamera(opened);
        stream = opened;
        video.current!.srcObject = opened;
      },
      (error: unknown) => {
        if (left) return;
        onTrouble(error);
        onClose();
      },
    );
    return () => {
      left = true;
      if (stream) closeCamera(stream);
    };
  }, [open]);

  return (
    <Dialog open={open} title={title} onClose={onClose}>
      <div class="grid gap-14">
        <video
          ref={video}
          class={mirror}
          autoPlay
          playsInline
          muted
          aria-label="What the camera sees"
          onPlaying={() => setReady(true)}
        />
        {children(() => video.current!, ready)}
      </div>
    </Dialog>
  );
}

/** @throws Error with one sentence: what prevents it, and what to do. */
async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new Error(
      'Cannot use a camera here: browsers lend one to pages at https or on localhost only. A file will do.',
    );
  }
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 480 } },
    });
  } catch (error) {
    throw new Error(`Cannot use the camera: ${reason(error instanceof Error ? error.name : '')} A file will do.`);
  }
}

function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Names of the Media Capture specification. */
function reason(name: string): string {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'this page may not. Allow it beside the address, if you wish, and try again.';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'there is none that this browser can find.';
    case 'NotReadableError':
    case 'AbortError':
      return 'another program seems to be using it.';
    default:
      return 'the browser does not say why.';
  }
}
