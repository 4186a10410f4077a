/** Pictures as a page draws them, and as Node makes them of the same request. */
import type { Locator, Page } from 'playwright-core';
import { loadModel } from '#runtime-node/index.ts';
import type { PictureOptions } from '#scheduler/model/index.ts';

/** Bytes of a canvas, or the first one of an element: a list for each colour. */
export const rgb = (element: Locator): Promise<number[][]> =>
  element.evaluate((root) => {
    const canvas = (root instanceof HTMLCanvasElement ? root : root.querySelector('canvas')) as HTMLCanvasElement;
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return [0, 1, 2].map((c) => Array.from(data.filter((_, i) => i % 4 === c)));
  });

export const grays = async (element: Locator): Promise<number[]> => (await rgb(element))[0]!;

/** Where x_t is drawn. */
export const noisyPictures = (page: Page): Locator => page.getByRole('region', { name: 'the noisy picture' });

export const bytesOf = (values: Float32Array): Float32Array =>
  values.map((value) => Math.max(0, Math.min(255, (value + 1) * 127.5)));

/** Most that a byte of the page may differ from Node's: values differ by 1e-5, which can tip a rounding. */
export const ROUNDING = 1;

/** As Node makes them, in bytes. */
export async function picturesOfNode(folder: string, request: PictureOptions): Promise<Float32Array> {
  const model = await loadModel(folder, { device: 'cpu' });
  const { images } = await model.sample(request);
  await model.dispose();
  return bytesOf(images);
}
