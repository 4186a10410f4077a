/** Pictures as they are stored: `state/read-picture.ts` makes large ones smaller, and turns colours into those of screens. */
import { decodePicture } from '../../../state/decode-picture.ts';
import type { Rgba } from '../../../state/picture.ts';

/** @throws NoPicture for a file that is no picture which this browser reads */
export async function readPixels(file: Blob, name: string): Promise<Rgba> {
  const bitmap = await decodePicture(file, name, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { data: context.getImageData(0, 0, width, height).data, width, height };
}
