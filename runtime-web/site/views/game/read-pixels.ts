/** Pictures as they are stored, unscaled and uncropped: `state/read-picture.ts` cuts the visitor's to a square. */
import { InputError } from '@onnoise/scheduler';
import type { Rgba } from '../../state/picture.ts';

/** @throws InputError for a file that is no picture which this browser reads */
export async function readPixels(file: Blob, name: string): Promise<Rgba> {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' }).catch(
    () => undefined,
  );
  if (!bitmap) {
    throw new InputError(`Cannot read ${name}: it is not a picture this browser knows (PNG, JPEG, WebP, GIF).`);
  }
  const { width, height } = bitmap;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { data: context.getImageData(0, 0, width, height).data, width, height };
}
