/** `prepareImages`: pictures of any kind, as the uint8 squares that training reads. */
import { type Dataset, type PrepareOptions, type PrepareProgress, prepareDataset } from './data/index.ts';
import { dataFields, defaultsOf } from './settings/index.ts';

/** `data` names the images; what is left out is as `pipeline prepare` has it. */
export interface PrepareImagesOptions extends Partial<Omit<PrepareOptions, 'data'>>, Pick<PrepareOptions, 'data'> {
  onProgress?: ((progress: PrepareProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Side in pixels. */
const USUAL_SIZE = 32;

/**
 * Prepares images, or finds them in the cache, `.cache/onnoise` below the working directory unless `cacheDir` says another.
 * Close the dataset when you no longer read from it.
 *
 * @example
 * ```ts
 * import { prepareImages } from '@onnoise/training';
 *
 * const images = await prepareImages({ data: 'digits', size: 28 });
 * console.log(images.count, images.classNames);
 * const pixels = new Uint8Array(2 * images.channels * images.height * images.width);
 * await images.read([0, 1], pixels); // [2, C, H, W]
 * images.close();
 * ```
 * @throws InputError for wrong options and sources that cannot be used
 */
export function prepareImages({ onProgress, signal, ...options }: PrepareImagesOptions): Promise<Dataset> {
  const defaults = { ...defaultsOf(dataFields), size: USUAL_SIZE, seed: 0 };
  return prepareDataset({ ...defaults, ...options } as PrepareOptions, onProgress, signal);
}
