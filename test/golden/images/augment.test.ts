/** Against torchvision's affine and adjust_contrast; the numbers are made by scripts/golden/files/images.py. */
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
import { expectClose } from '#test/compare.ts';
import type { Augmentation } from '#training/data/set/augment.ts';
import { readFloats } from '#training/data/set/training-batches.ts';
import type { Dataset } from '#training/data/set/types.ts';

interface Golden {
  picture: { channels: 1 | 3; height: number; width: number };
  mirrored: boolean;
  augmentation: Augmentation;
  values: number[];
}

const golden = JSON.parse(readFileSync(new URL('../data/images/augmented.json', import.meta.url), 'utf8')) as Golden[];

/** `wave` of the Python script, [C, H, W]. */
function wave({ channels, height, width }: Golden['picture']): Uint8Array {
  return Uint8Array.from({ length: channels * height * width }, (_, i) => {
    const [x, y, c] = [i % width, Math.floor(i / width) % height, Math.floor(i / (width * height))];
    return Math.floor(127.5 + 127.5 * Math.sin(0.9 * x + 0.5 * y + 0.13 * x * y + 1.1 * c));
  });
}

test.each(golden)(
  'a picture of $picture, mirrored: $mirrored, with $augmentation is what torchvision makes of it',
  async ({ picture, mirrored, augmentation, values }) => {
    const dataset = { ...picture, read: (_: unknown, out: Uint8Array) => out.set(wave(picture)) } as unknown as Dataset;
    const images = await readFloats(dataset, [0], [Number(mirrored)], [augmentation]);
    expectClose(images, values, { absolute: 2e-6 });
  },
);
