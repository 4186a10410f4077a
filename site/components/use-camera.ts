/** The camera in a dialog: on while the dialog is open, off otherwise. */
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { closeCamera, openCamera } from '../state/camera.ts';

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
