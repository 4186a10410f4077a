/** A file of any kind to pictures. Medical ones are read by a package that base does not know. */
import { readFile, stat } from 'node:fs/promises';
import { headOf } from './head.ts';
import { isDicom, kindByName } from './kinds.ts';
import { decodePages } from './pages.ts';
import { keepsSamples } from './samples.ts';
import type { ImageOptions, Picture, Unusable } from './types.ts';

interface MedicalFile {
  kind: 'dicom' | 'nifti';
  /** What it has at most. */
  bytes: number;
  read(): Promise<Uint8Array>;
}

/** `@onnoise/medical`, as far as it reads pictures. */
export interface MedicalReader {
  readMedical(file: MedicalFile, options: ImageOptions): Promise<(Picture | Unusable)[]>;
}

/** By its name, or else by its first bytes. */
export const kindOfFile = async (path: string): Promise<'picture' | 'dicom' | 'nifti'> =>
  kindByName(path) ?? (isDicom(await headOf(path, 132)) ? 'dicom' : 'picture');

/**
 * The pictures of a file, each or the reason why it cannot be used.
 * @param loadMedical only called for a medical file
 */
export async function decodeFile(
  path: string,
  options: ImageOptions,
  loadMedical: () => Promise<MedicalReader>,
): Promise<(Picture | Unusable)[]> {
  const kind = await kindOfFile(path);
  if (kind === 'picture') return decodePages(path, options);
  if (keepsSamples(options.channels, options.depth))
    throw new Error(`a medical picture, which has no ${options.channels} channels: --channels names a file for each`);
  const { readMedical } = await loadMedical();
  return readMedical({ kind, bytes: (await stat(path)).size, read: () => readFile(path) }, options);
}
