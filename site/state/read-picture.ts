/** The visitor's pictures, from a file or from the camera's current frame, whole. They stay on this device. */
import { decodePicture } from './decode-picture.ts';
import { laidOut, type Rgba } from './picture.ts';

/** Pictures whose shorter side has more pixels are first scaled to that: more costs time and shows nothing. */
const ENOUGH = 1024;

/** @throws NoPicture with one sentence if the file is not a picture that this browser reads. */
export async function readFile(file: Blob, name: string): Promise<Rgba> {
  const bitmap = await decodePicture(file, name);
  const pixels = pixelsOf(bitmap, bitmap);
  bitmap.close();
  return pixels;
}

/** The current frame, mirrored. */
export function readFrame(video: HTMLVideoElement): Rgba {
  return pixelsOf(video, { width: video.videoWidth, height: video.videoHeight }, true);
}

function pixelsOf(image: CanvasImageSource, size: Pick<Rgba, 'width' | 'height'>, mirror = false): Rgba {
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
