/** The formats of single files: PNG for any use, DICOM and NIfTI for medical software. What each is called, and can hold. */
import type { Modality } from '@onnoise/base/dicom';
import type { ImageSeed } from '@onnoise/scheduler';
import { type ShownFacts, shownOf } from '@onnoise/scheduler/model';
import { check, number, type Rule, refuse, rule, worded } from '@onnoise/scheduler/rules';

export const PICTURE_FILE_FORMATS = ['png', 'dicom', 'nifti'] as const;
export type PictureFileFormat = (typeof PICTURE_FILE_FORMATS)[number];

/** Of files that may hold what was measured, too, as floats of TIFF. */
export const SINGLE_FORMATS = [...PICTURE_FILE_FORMATS, 'tiff'] as const;
export type SingleFormat = (typeof SINGLE_FORMATS)[number];

/** Of file names, without the point. */
export const ENDINGS: Readonly<Record<SingleFormat, string>> = {
  png: 'png',
  dicom: 'dcm',
  nifti: 'nii.gz',
  tiff: 'tiff',
};

export interface FileChoice<Format extends SingleFormat = PictureFileFormat> {
  /** Default: `png`. */
  format?: Format | undefined;
  /** Bits of a level. Default: 8. */
  depth?: 8 | 16 | undefined;
  /** What DICOM files call the pictures. Default: `OT`, other. */
  modality?: Modality | undefined;
  /** Millimetres from one pixel to the next, both ways. Default: what the model knows. */
  pixelSpacing?: number | undefined;
  /** What DICOM files say is shown. */
  bodyPart?: string | undefined;
}

/** Bytes of a file besides its pixels, at most. */
const AROUND: Readonly<Record<SingleFormat, number>> = { png: 0, dicom: 4096, nifti: 1024, tiff: 1024 };

/** The most bytes that a file has. @param levels of all its pixels */
export function fileBytes(levels: number, { format = 'png', modality, depth }: FileChoice<SingleFormat>): number {
  if (format === 'tiff') return 4 * levels + AROUND[format];
  const inWords = depth === 16 || modality === 'CT' || modality === 'MR';
  return levels * (inWords ? 2 : 1) + AROUND[format];
}

/** In millimetres. */
export const PIXEL_SPACING = worded('a number of millimetres above 0, at most 1000', number({ above: 0, max: 1000 }));

/** A code string of DICOM. Source: PS3.5 6.2 (CS). */
export const BODY_PART: Rule<string> = rule(
  'up to 16 capitals, digits, blanks and underscores',
  (value) => typeof value === 'string' && /^[A-Z0-9][A-Z0-9_ ]{0,15}$/.test(value),
);

/** @throws InputError for what the files cannot say, and for values out of range */
export function checkFileChoice(
  action: string,
  { format, modality, pixelSpacing, bodyPart }: FileChoice<SingleFormat>,
): void {
  const dicomAlone = 'left out without --format dicom, whose files it is for';
  if (format !== 'dicom' && modality !== undefined) refuse(action, '--modality', dicomAlone, modality);
  if (format !== 'dicom' && bodyPart !== undefined) refuse(action, '--body-part', dicomAlone, bodyPart);
  if (bodyPart !== undefined) check(action, '--body-part', BODY_PART, bodyPart);
  if (pixelSpacing === undefined) return;
  if (format === undefined || format === 'png' || format === 'tiff') {
    refuse(action, '--pixel-spacing', 'left out without --format dicom or nifti, whose files it is for', pixelSpacing);
  }
  check(action, '--pixel-spacing', PIXEL_SPACING, pixelSpacing);
}

/** @throws InputError for pictures that the format cannot hold, as they are shown */
export function checkFileFormat(
  action: string,
  model: ShownFacts,
  { format, modality }: FileChoice<SingleFormat>,
): void {
  if (shownOf(action, model).length === 1) return;
  if (format === 'nifti') refuse(action, '--format', 'png or dicom, as this model draws in colour', format);
  if (modality !== undefined && modality !== 'OT') {
    refuse(action, '--modality', 'OT or left out, as this model draws in colour', modality);
  }
}

/** `7`, or `3-7-0.250000` for a quarter of the way from 3 to 7. */
export const wordOf = (seed: ImageSeed): string =>
  String(typeof seed === 'number' ? seed : `${seed.seed}-${seed.toward}-${seed.share.toFixed(6)}`);
