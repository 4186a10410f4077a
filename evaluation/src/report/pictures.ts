/** Pictures inside the report: PNG files as addresses that hold their bytes. Small images are enlarged by the browser. */

import { png, sheet } from '@onnoise/runtime-node';
import { sizeOf } from '@onnoise/scheduler/model';
import type { ImageSet } from '../sets/types.ts';
import { type Html, html } from './html.ts';

/** Most images of a sheet, and about the most values of one: a report is to stay small enough for an e-mail. */
const MOST_IMAGES = 64;
const MOST_VALUES = 1_500_000;

export interface Sheet {
  address: string;
  count: number;
}

/** The first images in rows, as many as a report has room for. */
export async function sheetOf({ shape, count, pixels }: ImageSet, show?: readonly number[]): Promise<Sheet> {
  const size = sizeOf(shape);
  const side = Math.floor(Math.sqrt(Math.min(count, MOST_IMAGES, Math.max(1, MOST_VALUES / size))));
  const shown = count < 4 ? count : side * side;
  const columns = count < 4 ? count : side;
  const file = await sheet(toImages(pixels.subarray(0, shown * size)), shape, columns, { scale: 1, gap: 1, show });
  return { address: addressOf(file), count: shown };
}

/** One image of a set. */
export async function pictureOf(set: ImageSet, image: number, show?: readonly number[]): Promise<string> {
  const { shape, pixels } = set;
  const size = sizeOf(shape);
  return addressOf(await png(toImages(pixels.subarray(image * size, (image + 1) * size)), shape, { show }));
}

export const imageOf = (address: string, alt: string): Html => html`<img src="${address}" alt="${alt}">`;

/** The bytes of a PNG file as an address. */
export const addressOf = (file: Uint8Array): string => `data:image/png;base64,${Buffer.from(file).toString('base64')}`;

/** Bytes to [-1, 1], which the encoder turns back into the same bytes. */
const toImages = (pixels: Uint8Array): Float32Array => Float32Array.from(pixels, (byte) => byte / 127.5 - 1);
