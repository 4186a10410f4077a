/** Where x_0 comes from: a digit, a file or the camera; and where epsilon comes from: a seed. */
import type { JSX } from 'preact';
import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { Button } from '#site/components/button.tsx';
import { Card } from '#site/components/card.tsx';
import { PictureCanvas } from '#site/components/picture-canvas.tsx';
import { PictureFileButton, useDrop } from '#site/components/picture-file.tsx';
import { Segmented } from '#site/components/segmented.tsx';
import { toBytes } from '#site/state/pixels.ts';
import { announce, sentence } from '#site/store.ts';
import { type Picture, squarePicture } from '../../../state/picture.ts';
import { readFile } from '../../../state/read-picture.ts';
import { digit, digits, gray, own, picture, shippedPicture, showOwn, trouble } from '../state.ts';
import { CameraDialog } from './camera-dialog.tsx';
import { fetchDigits } from './digits.ts';

export function Source(): JSX.Element {
  const [camera, setCamera] = useState(false);
  useEffect(() => {
    if (digits.peek()) return;
    fetchDigits().then(
      (fetched) => {
        digits.value = fetched;
      },
      (error: unknown) => {
        trouble.value = sentence(error);
      },
    );
  }, []);

  useDrop(take);

  return (
    <Card title="The picture" class="forward-source">
      <Thumbnails />
      <div class="forward-own">
        <PictureFileButton onFile={take} />
        <Button icon="camera" onClick={() => setCamera(true)}>
          Camera
        </Button>
      </div>
      {digit.value < 0 && (
        <Segmented
          label="Channels"
          value={gray.value ? 'gray' : 'colour'}
          options={[
            { value: 'gray', label: 'Gray' },
            { value: 'colour', label: 'Colour' },
          ]}
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
      <p class="field-hint">
        {picture.value && digit.value >= 0
          ? 'Real digits, 28 × 28. Or bring your own picture: it stays on this page.'
          : 'Cut to the middle square, 64 × 64. It stays on this page.'}
      </p>
      <CameraDialog
        open={camera}
        onClose={() => setCamera(false)}
        onTake={(frame) => {
          showOwn({ ...frame, name: 'your picture from the camera' });
          announce('The picture from the camera is shown.');
        }}
        onTrouble={(message) => {
          trouble.value = message;
        }}
      />
    </Card>
  );
}

/** Takes a file as the picture, or shows why not. */
export async function take(file: File): Promise<void> {
  try {
    showOwn({ ...(await readFile(file, file.name)), name: 'your picture' });
    announce(`${file.name} is shown.`);
  } catch (error) {
    trouble.value = sentence(error);
  }
}

function Thumbnails(): JSX.Element {
  const name = useId();
  const shipped = digits.value;
  const images = useMemo(
    () => Array.from({ length: 10 }, (_, label) => shipped && shippedPicture(shipped, label)),
    [shipped],
  );
  const brought = own.value;
  const yours = useMemo(() => brought && squarePicture(brought, gray.value, brought.name), [brought, gray.value]);
  return (
    <fieldset class="forward-thumbs">
      <legend class="hidden">Which picture</legend>
      {yours && <Thumbnail name={name} value={-1} picture={yours} title="Your picture" />}
      {images.map((image, label) => (
        <Thumbnail key={label} name={name} value={label} picture={image} title={`Digit ${label}`} />
      ))}
    </fieldset>
  );
}

interface ThumbnailProps {
  name: string;
  value: number;
  picture: Picture | null;
  title: string;
}

function Thumbnail({ name, value, picture: image, title }: ThumbnailProps): JSX.Element {
  const bytes = useMemo(() => image && toBytes(image.x0), [image]);
  return (
    <label class="forward-thumb" title={title}>
      <input
        type="radio"
        name={name}
        class="hidden"
        aria-label={title}
        checked={digit.value === value}
        disabled={!image}
        onChange={() => {
          digit.value = value;
        }}
      />
      <span class="forward-thumb-face" aria-hidden="true">
        {image && bytes && <PictureCanvas pixels={bytes} shape={image.shape} label="" />}
      </span>
    </label>
  );
}
