/** How the pixels of a DICOM file are laid out (PS3.3 C.7.6.3). */

import { MAX_PIXELS } from '@onnoise/base/pictures';
import type { DataSet, Element } from 'dicom-parser';
import { TAG } from './tags.ts';

export interface PixelFormat {
  rows: number;
  columns: number;
  frames: number;
  /** Values of a pixel. */
  samples: 1 | 3;
  bitsAllocated: 8 | 16 | 32;
  bitsStored: number;
  /** Bits below the stored ones. */
  shift: number;
  signed: boolean;
  /** Whether each channel is a plane of its own. */
  planar: boolean;
  /** Photometric interpretation: `MONOCHROME2`. */
  photometric: string;
  element: Element;
}

/** @throws Error with the reason why there are no pixels to read */
export function pixelFormatOf(data: DataSet): PixelFormat {
  const element = data.elements[TAG.pixels];
  if (element === undefined) throw new Error(describeMissing(data));
  const [rows, columns] = [data.uint16(TAG.rows) ?? 0, data.uint16(TAG.columns) ?? 0];
  const frames = frameCountOf(data);
  if (rows * columns === 0) throw new Error('damaged: it has pixels, but does not say how many');
  if (rows * columns > MAX_PIXELS) {
    throw new Error(`${columns} x ${rows} pixels are more than the limit of ${MAX_PIXELS / 1e6} million`);
  }
  const samples = data.uint16(TAG.samples) ?? 1;
  const bitsAllocated = data.uint16(TAG.bitsAllocated) ?? 0;
  if (samples !== 1 && samples !== 3) throw new Error(`its pixels have ${samples} values each; 1 and 3 are supported`);
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    throw new Error(
      `its pixels have ${bitsAllocated === 1 ? '1 bit' : `${bitsAllocated} bits`}; 8, 16 and 32 are supported`,
    );
  }
  const photometric = photometricOf(data);
  if (samples === 3 && photometric.startsWith('MONOCHROME')) {
    throw new Error('damaged: it is gray, but its pixels have 3 values each');
  }
  const stored = data.uint16(TAG.bitsStored);
  const bitsStored = stored ?? bitsAllocated;
  const highBit = data.uint16(TAG.highBit) ?? bitsStored - 1;
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit < bitsStored - 1 || highBit >= bitsAllocated) {
    if (stored === undefined) throw new Error('damaged: Bits Stored is missing');
    throw new Error(
      `damaged: Bits Stored ${stored} does not fit High Bit ${highBit} and Bits Allocated ${bitsAllocated}`,
    );
  }
  return {
    rows,
    columns,
    frames,
    samples,
    bitsAllocated,
    bitsStored,
    shift: highBit + 1 - bitsStored,
    signed: data.uint16(TAG.signed) === 1,
    planar: data.uint16(TAG.planar) === 1,
    photometric,
    element,
  };
}

/** 1 unless the file says more. */
export const frameCountOf = (data: DataSet): number => {
  const frames = data.intString(TAG.frames);
  return frames !== undefined && frames >= 1 ? frames : 1;
};

/** The terms of PS3.3 C.7.6.3.1.2, with retired ones: only these are repeated in a sentence. */
const PHOTOMETRIC = new Set([
  ...['MONOCHROME1', 'MONOCHROME2', 'PALETTE COLOR', 'RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_ICT', 'YBR_RCT'],
  ...['YBR_PARTIAL_420', 'YBR_PARTIAL_422', 'HSV', 'ARGB', 'CMYK', 'XYB'],
]);

/** Empty for anything else. */
function photometricOf(data: DataSet): string {
  const text = (data.string(TAG.photometric) ?? 'MONOCHROME2').trim();
  return PHOTOMETRIC.has(text) ? text : '';
}

function describeMissing({ elements }: DataSet): string {
  if (TAG.floatPixels.some((tag) => elements[tag])) return 'its pixels are floats, which are not supported';
  if (elements[TAG.encrypted]) return 'its pixels are encrypted: decrypt it first';
  if (elements[TAG.directoryRecords]) return 'a DICOMDIR, which lists files and has no pixels';
  return 'without pixels: a report, a plan or the like';
}
