/** Pictures of 8 x 8 with masks: a bright bone and a darker muscle on black, with a grain of their own. */
import { gaussian, uniform } from '@onnoise/scheduler';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { grayPicture, writeFiles } from '#test/pictures/images.ts';
import { memoryDataset } from '#test/train/memory-dataset.ts';
import type { Dataset } from '#training/data/set/types.ts';

export const SIDE = 8;
export const PLANE = SIDE * SIDE;
export const CLASSES = ['background', 'bone', 'muscle'];
/** Of the classes, in bytes. */
export const LEVELS = [20, 220, 120];
const GRAIN = 8;

export type Masked = ImageSet & { masks: Uint8Array };

/** Rectangles of three to four pixels a side, one in the left half and one in the right. */
export function maskedImages(count: number, seed: number): Masked {
  const draws = new Float64Array(6 * count);
  uniform(seed, 3, 0, draws);
  const grain = new Float32Array(count * PLANE);
  gaussian(seed, 0, grain, 4);
  const masks = new Uint8Array(count * PLANE);
  for (let image = 0; image < count; image++) {
    for (const [k, left] of [0, 4].entries()) {
      const draw = (i: number, most: number) => Math.floor(draws[6 * image + 3 * k + i]! * most);
      const [top, tall, wide] = [draw(0, 5), 3 + draw(1, 2), 3 + draw(2, 2)];
      for (let y = top; y < Math.min(SIDE, top + tall); y++) {
        masks.fill(k + 1, image * PLANE + y * SIDE + left, image * PLANE + y * SIDE + left + wide);
      }
    }
  }
  const pixels = Uint8Array.from(masks, (k, i) => Math.min(255, Math.max(0, LEVELS[k]! + GRAIN * grain[i]!)));
  return { shape: [1, SIDE, SIDE], count, pixels, masks };
}

/** The same as a dataset in memory; the last quarter is held out. */
export function maskedDataset({ count, pixels, masks }: Masked): Dataset {
  const reader = (all: Uint8Array) => (indices: ArrayLike<number>, out: Uint8Array) => {
    for (let i = 0; i < indices.length; i++) {
      out.set(all.subarray(indices[i]! * PLANE, (indices[i]! + 1) * PLANE), i * PLANE);
    }
  };
  const held = count - Math.floor(count / 4);
  const numbers = Uint32Array.from({ length: count }, (_, i) => i);
  return {
    ...memoryDataset({ count, size: SIDE }),
    beside: { channels: 1, mask: { classes: CLASSES }, read: reader(masks) },
    train: numbers.subarray(0, held),
    validation: numbers.subarray(held),
    read: reader(pixels),
  };
}

/** Writes `images` and `masks`, whose values are those of the classes, into a folder. */
export async function writeMasked(folder: string, { count, pixels, masks }: Masked, classes = CLASSES): Promise<void> {
  const files = (all: Uint8Array, of: string) =>
    Array.from({ length: count }, (_, i) => {
      const picture = grayPicture(SIDE, SIDE, (x, y) => all[i * PLANE + y * SIDE + x]!);
      return [`${of}/${i}.png`, picture] as const;
    });
  const labels = JSON.stringify(Object.fromEntries(classes.map((name, k) => [k, name])));
  await writeFiles(folder, {
    ...Object.fromEntries([...files(pixels, 'images'), ...files(masks, 'masks')]),
    'masks/labels.json': labels,
  });
}
