/** Where x_0 comes from: a hand, a digit, a file or the camera; and where epsilon comes from: a seed. */

import { nextTask } from '@onnoise/runtime-web/parts';
import type { Signal } from '@preact/signals';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { Button } from '../../components/button.tsx';
import { CameraDialog } from '../../components/camera-dialog.tsx';
import { Card } from '../../components/card.tsx';
import { Segmented } from '../../components/field.tsx';
import { PictureCanvas } from '../../components/picture-canvas.tsx';
import { PictureFileButton, useDrop } from '../../components/picture-file.tsx';
import { type Picture, toBytes } from '../../state/picture.ts';

import { readFile, readFrame } from '../../state/read-picture.ts';
import { announce, sentence } from '../../state/store.ts';
import { firstPaint } from '../../state/tasks.ts';
import {
  digits,
  fetchDigits,
  fetchHands,
  gray,
  HANDS,
  hands,
  ownPicture,
  type ShownPicture,
  shippedPicture,
  showOwn,
  trouble,
  which,
} from './state/state.ts';

export function Source() {
  const [camera, setCamera] = useState(false);
  usePictures((sentence) => {
    trouble.value = `${sentence} A file or the camera will do.`;
  });

  useDrop(take);

  return (
    <Card title="The picture" class="forward-source grid top gap-12">
      <Thumbnails />
      <div class="forward-own grid gap-8">
        <PictureFileButton onFile={take} />
        <Button icon="camera" onClick={() => setCamera(true)}>
          Camera
        </Button>
      </div>
      {which.value === 'own' && (
        <Segmented
          label="Channels"
          value={gray.value ? 'gray' : 'colour'}
          options={{ gray: 'Gray', colour: 'Colour' }}
          onChange={(value) => {
            gray.value = value === 'gray';
          }}
        />
      )}
      {trouble.value && (
        <p class="field-error" role="alert">
          {trouble.value}
        </p>
      )}
      <p class="field-hint">{HINTS[which.value === 'own' ? 'own' : which.value.kind]}</p>
      <CameraDialog
        open={camera}
        title="A picture from the camera"
        class="forward-mirror"
        onClose={() => setCamera(false)}
        onTrouble={(error) => {
          trouble.value = sentence(error);
        }}
      >
        {(video, ready) => (
          <>
            <p class="field-hint">The square in the middle is taken, at 64 × 64. It stays on this page.</p>
            <Button
              kind="primary"
              icon="camera"
              disabled={!ready}
              onClick={() => {
                showOwn({ ...readFrame(video()), name: 'your picture from the camera' });
                announce('The picture from the camera is shown.');
                setCamera(false);
              }}
            >
              {ready ? 'Take the picture' : 'Waiting for the camera'}
            </Button>
          </>
        )}
      </CameraDialog>
    </Card>
  );
}

const HINTS = {
  hand: 'Hands that a program has drawn, 64 × 64. Or bring your own picture: it stays on this page.',
  digit: 'Real digits, 28 × 28. Or bring your own picture: it stays on this page.',
  own: 'Cut to the middle square, 64 × 64. It stays on this page.',
};

/** Takes a file as the picture, or shows why not. */
async function take(file: File): Promise<void> {
  try {
    showOwn({ ...(await readFile(file, file.name)), name: 'your picture' });
    announce(`${file.name} is shown.`);
  } catch (error) {
    trouble.value = sentence(error);
  }
}

function Thumbnails() {
  const name = useId();
  const shipped = digits.value;
  const drawn = hands.value;
  const images = useMemo(
    () => Array.from({ length: 10 }, (_, label) => shipped && shippedPicture(shipped, label)),
    [shipped],
  );
  const yours = ownPicture.value;
  return (
    <fieldset class="forward-thumbs grid slim gap-8">
      <legend class="hidden">Which picture</legend>
      {yours && <Thumbnail name={name} value="own" picture={yours} title="Your picture" />}
      {Array.from({ length: HANDS }, (_, index) => {
        const hand = drawn?.pictures[index];
        const title = hand?.title ?? `Hand ${index + 1}`;
        const value = { kind: 'hand', index } as const;
        return (
          <Thumbnail key={`hand${index}`} name={name} value={value} picture={hand?.picture ?? null} title={title} />
        );
      })}
      {images.map((image, index) => {
        const value = { kind: 'digit', index } as const;
        return <Thumbnail key={`digit${index}`} name={name} value={value} picture={image} title={`Digit ${index}`} />;
      })}
    </fieldset>
  );
}

interface ThumbnailProps {
  name: string;
  value: ShownPicture | 'own';
  picture: Picture | null;
  title: string;
}

function isShown(value: ShownPicture | 'own'): boolean {
  const { value: shown } = which;
  if (value === 'own' || shown === 'own') return value === shown;
  return value.kind === shown.kind && value.index === shown.index;
}

function Thumbnail({ name, value, picture: image, title }: ThumbnailProps) {
  const bytes = useMemo(() => image && toBytes(image.x0), [image]);
  return (
    <label class="forward-thumb" title={title}>
      <input
        type="radio"
        name={name}
        class="hidden"
        aria-label={title}
        checked={isShown(value)}
        disabled={!image}
        onChange={() => {
          which.value = value;
        }}
      />
      <span class="forward-thumb-face" aria-hidden="true">
        {image && bytes && <PictureCanvas pixels={bytes} shape={image.shape} label="" />}
      </span>
    </label>
  );
}

/**
 * Fetches the shipped pictures that are not here yet.
 * @param tell takes the sentence that says why one kind cannot be had
 */
function usePictures(tell: (trouble: string) => void): void {
  useEffect(() => {
    void firstPaint().then(() => {
      keep(hands, fetchHands, tell);
      keep(digits, fetchDigits, tell);
    });
  }, []);
}

function keep<T>(place: Signal<T | null>, fetch: () => Promise<T>, tell: (trouble: string) => void): void {
  if (place.peek()) return;
  fetch().then(
    async (fetched) => {
      await nextTask(); // as in views/learn/use-fetched.ts
      place.value = fetched;
    },
    (error: unknown) => tell(sentence(error)),
  );
}
