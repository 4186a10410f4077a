/** How many pictures the files of a set give, by their heads: for plans and progress before any pixel is read. */
import { join } from 'node:path';
import {
  type Axis,
  chooseFrames,
  headOf,
  isDicom,
  kindByName,
  orderedMap,
  pagesOf,
  parseFrames,
} from '@onnoise/base/pictures';
import { InputError } from '@onnoise/scheduler/rules';
import { loadMedical } from './medical.ts';

const AT_ONCE = 8;

/** @param frames see `ImageOptions` @returns the number of pictures; a file that cannot be used counts as one */
export async function countPictures(
  folder: string,
  paths: readonly string[],
  frames: string | undefined,
  axis: Axis = 'axial',
): Promise<number> {
  const choice = parseFrames(frames, 'first');
  if (choice === 'first' || choice === 'middle') return paths.length;
  const count = async (path: string) => {
    try {
      return chooseFrames(choice, await framesOf(join(folder, path), axis)).length;
    } catch (error) {
      if (error instanceof InputError) throw error;
      return 1;
    }
  };
  let total = 0;
  for await (const pictures of orderedMap(paths, count, AT_ONCE)) total += pictures;
  return total;
}

async function framesOf(path: string, axis: Axis): Promise<number> {
  const kind = kindByName(path);
  if (kind === 'picture') return pagesOf(path);
  const head = await headOf(path);
  if (kind !== 'nifti' && !isDicom(head)) return pagesOf(path);
  const { countFrames } = await loadMedical();
  return countFrames(kind === 'nifti' ? 'nifti' : 'dicom', head, axis);
}
