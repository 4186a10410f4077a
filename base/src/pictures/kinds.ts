/** What kind of picture a file is, by its name and, where that says nothing, by its first bytes. */
import { extname } from 'node:path';

export type Kind = 'picture' | 'dicom' | 'nifti';

const DICOM = new Set('.dcm .dicom .dic .ima'.split(' '));

/** The extension in small letters, `.nii.gz` as one. Numbers after a dot are part of a name, as in those of DICOM's UIDs. */
export function extensionOf(path: string): string {
  const name = path.toLowerCase();
  if (name.endsWith('.nii.gz')) return '.nii.gz';
  const extension = extname(name);
  return /^\.\d+$/.test(extension) ? '' : extension;
}

/** A file without an extension is a DICOM file, or a picture: `undefined`. */
export function kindByName(path: string): Kind | undefined {
  const extension = extensionOf(path);
  if (DICOM.has(extension)) return 'dicom';
  if (extension === '.nii' || extension === '.nii.gz') return 'nifti';
  return extension === '' ? undefined : 'picture';
}

/** The index of a set of DICOM files, which lies beside them and is none of them. */
export const isDicomdir = (name: string): boolean => /^dicomdir$/i.test(name);

/** Extensions of medical pictures. */
export const MEDICAL_EXTENSIONS = [...DICOM, '.nii', '.nii.gz'];

/** Where a DICOM file has the letters DICM, after room for anything. */
export const PREAMBLE = 128;

/** Whether bytes begin as a DICOM file does. */
export const isDicom = (head: Uint8Array): boolean =>
  Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1', PREAMBLE, PREAMBLE + 4) === 'DICM';

/** Whether a file has the name of a medical picture, which may hold many frames. */
export const isMedicalName = (path: string): boolean => ['dicom', 'nifti'].includes(kindByName(path) ?? '');
