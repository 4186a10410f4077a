/** Slices of a NIfTI file as label maps: those of its image, whatever the order of the voxels in each file. */
import { type LabelGrid, toLabels } from '@onnoise/base/labels';
import { gridOf, type NiftiGrid, requireSameGrid } from './grid.ts';
import { readNiftiHead } from './header.ts';
import { walkOf } from './orientation.ts';
import { unzip } from './unzip.ts';
import { isGzip, valuesOf } from './values.ts';

/**
 * @param file all its bytes
 * @param image the grid of its image
 * @param chosen numbers of slices, from 0
 * @throws Error with the reason why it cannot be used
 */
export async function readNiftiLabels(
  file: Uint8Array,
  image: NiftiGrid,
  chosen: readonly number[],
): Promise<LabelGrid[]> {
  const bytes = isGzip(file) ? await unzip(file) : file;
  const head = readNiftiHead(bytes);
  requireSameGrid(gridOf(head, image.axis), image);
  if (head.volumes > 1) throw new Error(`it has ${head.volumes} volumes, and a label map has one`);
  const valueAt = valuesOf(bytes, head);
  const { slices, rows, columns, start } = walkOf(head, image.axis);
  return chosen.map((slice) => {
    const first = start + slice * slices.step;
    const labels = toLabels((at) => {
      const row = Math.floor(at / columns.count);
      return valueAt(first + row * rows.step + (at - row * columns.count) * columns.step);
    }, rows.count * columns.count);
    return { width: columns.count, height: rows.count, labels };
  });
}
