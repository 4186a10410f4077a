/** Files of the page, and their pixels. */
import { nextTask } from '@onnoise/runtime-web/parts';

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
