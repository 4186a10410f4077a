/** The visitor's pictures, from a file or from the camera's current frame, whole. They stay on this device. */

import { nextTask } from '@onnoise/runtime-web/parts';
import { sniff } from '@onnoise/scheduler/model';
import { InputError } from '@onnoise/scheduler/rules';
import { laidOut, type Rgba } from './picture.ts';

/** A picture from a file of the visitor's, or a sentence on what the file is instead. */

/** Pixels. What is smaller shows nothing. */
const LEAST = 8;

/** What a file is instead of a picture: the sentence of one file, and the end of a sentence about several. */
export class NoPicture extends InputError {
  readonly received: string;

  constructor(name: string, received: string) {
    super(`Cannot read ${name}: it must be a PNG, JPEG, WebP or GIF picture, received ${received}.`);
    this.received = received;
  }
}

/** @throws NoPicture for a file that this browser does not read, and for less than 8 x 8 pixels */
async function decodePicture(file: Blob, name: string, options: ImageBitmapOptions = {}): Promise<ImageBitmap> {
  const bitmap = await createImageBitmap(file, options).catch(() => undefined);
  if (!bitmap) throw new NoPicture(name, await whatIs(file));
  if (Math.min(bitmap.width, bitmap.height) >= LEAST) return bitmap;
  bitmap.close();
  throw new NoPicture(name, `one smaller than ${LEAST} × ${LEAST} pixels`);
}

async function whatIs(file: Blob): Promise<string> {
  const what = await sniff(file).catch(() => 'a file that cannot be read');
  switch (what) {
    case undefined:
      return 'another file';
    case 'an SVG drawing':
      return `${what}, which has no pixels: save it as PNG`;
    case 'a HEIC picture':
    case 'a TIFF picture':
      return `${what}, which this browser does not read: save it as JPEG`;
    case 'a zip archive':
    case 'a gzip archive':
    case 'a tar archive':
    case 'a 7z archive':
    case 'a rar archive':
      return `${what}: unpack it first`;
    default:
      return what.endsWith('picture') ? `${what} that was cut short or is damaged` : what;
  }
}

/** Pictures whose shorter side has more pixels are first scaled to that: more costs time and shows nothing. */
const ENOUGH = 1024;

/** @throws NoPicture with one sentence if the file is not a picture that this browser reads. */
export async function readFile(file: Blob, name: string): Promise<Rgba> {
  const bitmap = await decodePicture(file, name);
  const pixels = wholeOf(bitmap, bitmap);
  bitmap.close();
  return pixels;
}

/** The current frame, mirrored. */
export function readFrame(video: HTMLVideoElement): Rgba {
  return wholeOf(video, { width: video.videoWidth, height: video.videoHeight }, true);
}

function wholeOf(image: CanvasImageSource, size: Pick<Rgba, 'width' | 'height'>, mirror = false): Rgba {
  const { left, top, cell, columns, rows } = laidOut(size, Math.min(size.width, size.height, ENOUGH));
  const [width, height] = [columns.count, rows.count];
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  if (mirror) context.setTransform(-1, 0, 0, 1, width, 0);
  const [x, y] = [left - columns.before * cell, top - rows.before * cell];
  context.drawImage(image, x, y, width * cell, height * cell, 0, 0, width, height);
  return { data: context.getImageData(0, 0, width, height).data, width, height };
}

/** Files of the page, and their pixels. */

/**
 * @param path from the page
 * @param what completes "Cannot fetch ..."
 * @throws Error with one sentence
 */
export async function fetchFile(path: string | URL, what: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI)).catch(() => undefined);
  if (response?.ok) return response;
  const why = response ? `the server answers ${response.status}` : 'there is no connection';
  throw new Error(`Cannot fetch ${what}: ${why}.`);
}

/** A picture as it was written, without a change of its colours: [height, width, 4]. */
export async function pixelsOf(file: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none' });
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  await nextTask(); // whoever asked has as much to do with them
  return pixels;
}
