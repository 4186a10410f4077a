/** How many pictures a medical file has, by its head. */
import type { Axis } from '@onnoise/base/pictures';
import { frameCountOf } from './dicom/format.ts';
import { parseBeginning } from './dicom/parse.ts';
import { countSlices } from './nifti/pictures.ts';

/**
 * @param head the first bytes of the file
 * @returns 1 where they do not say
 * @throws Error where the file cannot be used
 */
export function countFrames(kind: 'dicom' | 'nifti', head: Uint8Array, axis: Axis): Promise<number> | number {
  if (kind === 'nifti') return countSlices(head, axis);
  const data = parseBeginning(head);
  return data === undefined ? 1 : frameCountOf(data);
}
