/** The camera in a dialog: on while the dialog is open, off otherwise. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export interface CameraOptions {
  /** Of the dialog. */
  open: boolean;
  onClose(): void;
  /** Why there is no camera; the dialog is closed then. */
  onTrouble(error: unknown): void;
}

export interface Camera {
  /** For the element that shows it. */
  video: RefObject<HTMLVideoElement | null>;
  /** Whether it shows pictures yet. */
  ready: boolean;
  /** To be called when the element plays. */
  onPlaying(): void;
}

export function useCamera({ open, onClose, onTrouble }: CameraOptions): Camera {
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

  return { video, ready, onPlaying: () => setReady(true) };
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
