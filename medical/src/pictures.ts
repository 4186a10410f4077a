/** Medical files as pictures: reading whole files, a few at a time, and bringing the chosen frames to size. */

import {
  fitRaw,
  fittedSpacing,
  type ImageOptions,
  type Origin,
  type Picture,
  parseFrames,
  parseWindow,
  type RawPicture,
  type Unusable,
  weightGate,
} from '@onnoise/base/pictures';
import { openDicom } from './dicom/pictures.ts';
import { openNifti } from './nifti/pictures.ts';
import { unzip } from './nifti/unzip.ts';

/** Bytes of the files that are being read and decoded at once; a larger one has its turn alone. */
const MOST_BYTES = 48 * 2 ** 20;

const gate = weightGate(MOST_BYTES);

/** Bytes that a file of this kind and length weighs: a NIfTI file may be zipped. */
const weightOf = ({ kind, bytes }: Pick<MedicalFile, 'kind' | 'bytes'>) => (kind === 'nifti' ? 4 * bytes : bytes);

/** Reads a file when it has its turn, apart from its pixels as a picture. `work` must not read another one in the same way. */
export const takeTurn = <T>(file: Pick<MedicalFile, 'kind' | 'bytes'>, work: () => Promise<T>): Promise<T> =>
  gate(weightOf(file), work);

export interface MedicalFile {
  kind: 'dicom' | 'nifti';
  /** What it has at most, for its turn. */
  bytes: number;
  read(): Promise<Uint8Array>;
}

/**
 * The chosen frames of a file.
 * @throws Error with the reason why it cannot be used; InputError where a package is missing
 */
export function readMedical(file: MedicalFile, options: ImageOptions): Promise<(Picture | Unusable)[]> {
  return takeTurn(file, async () => {
    const bytes = await file.read();
    return file.kind === 'dicom' ? squaresOfDicom(bytes, options) : squaresOfNifti(bytes, options);
  });
}

async function squaresOfDicom(bytes: Uint8Array, options: ImageOptions): Promise<(Picture | Unusable)[]> {
  const { window, frames, channels } = options;
  const opened = openDicom(bytes, {
    window: parseWindow(window),
    frames: parseFrames(frames, 'first'),
    grayOnly: channels === 1,
  });
  const { count, groups, burnedIn, phantom } = opened;
  const several = frames === undefined && count > 1;
  const squares: (Picture | Unusable)[] = [];
  for await (const picture of opened.pictures) {
    if ('reason' in picture) {
      squares.push(picture);
      continue;
    }
    const windowed = picture.pixels instanceof Uint16Array;
    const squared = picture.unusable === true;
    const pixels = await fitRaw(picture, options);
    const { hounsfield, inverted } = picture;
    const spacing = fittedSpacing(picture, options);
    const own = { origin: originOf(picture), windowed, squared, spacing, hounsfield, inverted };
    squares.push({ pixels, ...own, groups, burnedIn, phantom, several });
  }
  return squares;
}

async function squaresOfNifti(bytes: Uint8Array, options: ImageOptions): Promise<Picture[]> {
  const { window, frames, axis = 'axial' } = options;
  const chosen = { window: parseWindow(window), frames: parseFrames(frames, 'middle'), axis };
  const { count, volumes, pictures } = await openNifti(bytes, chosen, unzip);
  const several = (frames === undefined && count > 1) || volumes > 1; // the first volume alone is taken
  const squares: Picture[] = [];
  for (const picture of pictures) {
    const squared = picture.unusable === true;
    const spacing = fittedSpacing(picture, options);
    const origin = { ...originOf(picture), slices: count };
    squares.push({ pixels: await fitRaw(picture, options), origin, windowed: true, squared, spacing, several });
  }
  return squares;
}

const originOf = ({ width, height, aspect = 1, place }: RawPicture): Origin => ({ width, height, aspect, place });
