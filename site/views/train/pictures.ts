/** What to train on, as the trainer takes it: the shipped digits, and the visitor's pictures, which never leave. */

import type { TrainingImages } from '@onnoise/runtime-web';
import { InputError } from '@onnoise/scheduler/rules';
import { fetchFile, pixelsOf } from '../../state/fetch-file.ts';
import { cutSheet } from '../../state/phantoms.ts';
import { fitPicture, type Rgba, scaledPicture } from '../../state/picture.ts';
import { type ImageShape, sizeOf, toBytes } from '../../state/pixels.ts';
import { fetchDigits as fetchLargeDigits } from '../forward/state/digits.ts';
import type { Listed } from '../model/drop.ts';
import { type Read, readEach } from '../model/read-each.ts';

/** Side of a picture, as the shipped steps take it. */
export const SIDE = 16;
export const SHIPPED: ImageShape = [1, SIDE, SIDE];
/** Names of what a training learns from, as the model's card has them. */
export const DIGITS = 'digits';
export const FILES = 'pictures of files';
export const CAMERA = 'pictures of the camera';

/** Of the digits. */
export const CLASSES = 10;
/** As many as a step takes. */
export const FEWEST = 16;
/** More take long to read, and minutes of training see each only a few times. */
const MOST = 2000;

const SHEET = 'training/digits.png';
/** Of the sheet, by row; 200 of each digit, one after the other. */
const [COLUMNS, EACH] = [50, 200];

/** @throws Error with one sentence if the sheet cannot be fetched or read. */
async function fetchDigits(): Promise<TrainingImages> {
  const file = await fetchFile(SHEET, 'the digits').catch(({ message }: Error) => {
    throw new Error(`${message} Your own pictures will do.`);
  });
  const { data } = await pixelsOf(await file.blob());
  const count = EACH * CLASSES;
  const pixels = cutSheet(data, { columns: COLUMNS, count, width: SIDE, height: SIDE });
  return { name: DIGITS, pixels, labels: Int32Array.from({ length: count }, (_, i) => Math.floor(i / EACH)) };
}

/** Side that the middle square of pictures has that are kept in memory. */
const KEPT_SIDE = 64;

/** A picture as it is kept: whole and in colour, for whatever shape a step takes. */
export const prepare = (image: Rgba): Rgba => scaledPicture(image, KEPT_SIDE);

/** @throws InputError where none is a picture */
export const readPictures = (
  files: readonly Listed[],
  onProgress: (done: number, total: number) => void,
): Promise<Read<Rgba>> => readEach(files, MOST, prepare, onProgress);

/** A kept picture as a step takes it. */
export const asTrained = (picture: Rgba, shape: ImageShape): Uint8ClampedArray => toBytes(fitPicture(picture, shape));

/** @param shape that the step takes */
export function asImages(name: string, pictures: readonly Rgba[], shape: ImageShape): TrainingImages {
  const size = sizeOf(shape);
  const pixels = new Uint8Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) pixels.set(asTrained(picture, shape), i * size);
  return { name, pixels };
}

/** @throws Error with one sentence for a shape that the shipped digits do not have, and if they cannot be fetched */
export async function digitsOf(shape: ImageShape): Promise<TrainingImages> {
  const wanted = shape.join(' x ');
  if (wanted === `1 x ${SIDE} x ${SIDE}`) return fetchDigits();
  const { bytes, width, height, labels } = await fetchLargeDigits();
  if (wanted === `1 x ${height} x ${width}`) {
    return { name: DIGITS, pixels: bytes as Uint8Array<ArrayBuffer>, labels: Int32Array.from(labels) };
  }
  throw new InputError(
    `Cannot go on with digits: the pictures must be ${wanted} as the training takes them, received ${SIDE} x ${SIDE} and ${height} x ${width}. Choose your own files first.`,
  );
}
