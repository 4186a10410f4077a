/** The pictures of the overview as images that a drawing can hold. */
import { signal } from '@preact/signals';
import { fetchFile, pixelsOf } from '../../../state/fetch-file.ts';
import { toBytes } from '../../../state/pixels.ts';
import { type Lesson, lessonsOf, type Way, wayOf } from './journey.ts';
import { ADDRESS, FACTS, readTiles } from './recording.ts';

/** Values of noise are divided by it, to be shown. */
const NOISE = 2;

/** Addresses of images. */
export interface Images {
  lessons: (Pick<Lesson, 'label' | 'timestep' | 'loss'> & { frames: string[]; epsilon: string; guess: string })[];
  way: { label: number; steps: { timestep: number; x: string; x0: string }[]; picture: string };
}

export const images = signal<Images | null>(null);

let under: Promise<void> | undefined;

/** Once; without a connection the drawing stays without its pictures. */
export function fetchImages(): Promise<void> {
  under ??= make().catch(() => {
    under = undefined;
  });
  return under;
}

async function make(): Promise<void> {
  const file = await fetchFile(ADDRESS, 'the pictures of the overview');
  const { data } = await pixelsOf(await file.blob());
  const recorded = readTiles(data);
  images.value = asImages(lessonsOf(FACTS, recorded), wayOf(FACTS, recorded));
}

function asImages(lessons: readonly Lesson[], { label, steps, picture }: Way): Images {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = FACTS.side;
  const context = canvas.getContext('2d')!;
  const image = (values: Float32Array, range = 1) => {
    const pixels = new ImageData(FACTS.side, FACTS.side);
    const bytes = toBytes(values.map((value) => value / range));
    for (let i = 0; i < bytes.length; i++) pixels.data.set([bytes[i]!, bytes[i]!, bytes[i]!, 255], 4 * i);
    context.putImageData(pixels, 0, 0);
    return canvas.toDataURL();
  };
  return {
    lessons: lessons.map(({ label, timestep, loss, frames, epsilon, guess }) => ({
      label,
      timestep,
      loss,
      frames: frames.map((frame) => image(frame)),
      epsilon: image(epsilon, NOISE),
      guess: image(guess, NOISE),
    })),
    way: {
      label,
      steps: steps.map(({ timestep, x, x0 }) => ({ timestep, x: image(x), x0: image(x0) })),
      picture: image(picture),
    },
  };
}
