/** The visitor's pictures, from a file or from the camera's current frame. They stay on this device. */
import { decodePicture } from './decode-picture.ts';
import { middleSquare, type Rgba } from './picture.ts';

/** Larger pictures are first scaled to this many pixels across: more costs time and shows nothing. */
const ENOUGH = 1024;

/** @throws NoPicture with one sentence if the file is not a picture that this browser reads. */
export async function readFile(file: Blob, name: string): Promise<Rgba> {
  const bitmap = await decodePicture(file, name);
  const pixels = squareOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return pixels;
}

/** The current frame, mirrored. */
export function readFrame(video: HTMLVideoElement): Rgba {
  return squareOf(video, video.videoWidth, video.videoHeight, true);
}

function squareOf(image: CanvasImageSource, width: number, height: number, mirror = false): Rgba {
  const { x, y, side } = middleSquare(width, height);
  const size = Math.min(side, ENOUGH);
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  if (mirror) context.setTransform(-1, 0, 0, 1, size, 0);
  context.drawImage(image, x, y, side, side, 0, 0, size, size);
  return { data: context.getImageData(0, 0, size, size).data, width: size, height: size };
}
