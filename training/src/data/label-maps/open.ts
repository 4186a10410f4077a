/** Opens the label maps of a folder. */
import type { LabelMaps, LabelOptions } from './types.ts';

/**
 * Lists the label maps below `folder`, and reads what the segments of DICOM SEG files are called.
 * @param folder of `--masks`
 * @param dataFolder of the images
 * @throws InputError where the folder holds none, or is that of the images, lies in it or holds it
 */
export async function openLabelMaps(folder: string, dataFolder: string, options: LabelOptions): Promise<LabelMaps> {
  throw new Error(`not built yet: ${folder}, ${dataFolder}, ${options.size}`);
}
