/** The formats of single files: PNG for any use, DICOM and NIfTI for medical software. What each is called, and can hold. */
import type { Modality } from '@onnoise/base/dicom';
import type { ImageSeed } from '@onnoise/scheduler';
import type { ImageShape } from '@onnoise/scheduler/model';
import { refuse } from '@onnoise/scheduler/rules';

export const PICTURE_FILE_FORMATS = ['png', 'dicom', 'nifti'] as const;
export type PictureFileFormat = (typeof PICTURE_FILE_FORMATS)[number];

/** Of file names, without the point. */
export const ENDINGS: Readonly<Record<PictureFileFormat, string>> = { png: 'png', dicom: 'dcm', nifti: 'nii.gz' };

/** Bytes of a file besides its pixels, at most. */
export const AROUND: Readonly<Record<PictureFileFormat, number>> = { png: 0, dicom: 4096, nifti: 1024 };

export interface FileChoice {
  /** Default: `png`. */
  format?: PictureFileFormat | undefined;
  /** What DICOM files call the pictures. Default: `OT`, other. */
  modality?: Modality | undefined;
}

/** @throws InputError where files that are no DICOM are given a modality */
export function checkModality(action: string, { format, modality }: FileChoice): void {
  if (modality === undefined || format === 'dicom') return;
  refuse(action, '--modality', 'left out without --format dicom, whose files it is for', modality);
}

/** @throws InputError for pictures that the format cannot hold */
export function checkFileFormat(action: string, [channels]: ImageShape, { format, modality }: FileChoice): void {
  if (channels === 1) return;
  if (format === 'nifti') refuse(action, '--format', 'png or dicom, as this model draws in colour', format);
  if (modality !== undefined && modality !== 'OT') {
    refuse(action, '--modality', 'OT or left out, as this model draws in colour', modality);
  }
}

/** `7`, or `3-7-0.250000` for a quarter of the way from 3 to 7. */
export const wordOf = (seed: ImageSeed): string =>
  String(typeof seed === 'number' ? seed : `${seed.seed}-${seed.toward}-${seed.share.toFixed(6)}`);
