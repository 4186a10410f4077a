/**
 * The formats of pictures: what a file is called, and what is in it. PNG has numbers for names, as RSNA's. A DICOM file is
 * called by its SOP Instance UID, since an archive knows it by that alone: one table serves the files and a server.
 */

import { uidOf } from '@onnoise/base/dicom';
import { LABEL } from '@onnoise/base/pictures';
import { encodeDicom } from './dicom.ts';
import type { PhantomTruth } from './draw/draw-phantom.ts';
import { encodePng } from './png.ts';

export interface Picture {
  /** Of the set, from 0. */
  index: number;
  /** [size, size] */
  pixels: Uint8Array;
  /** Numbers of labels, if they are asked for. [size, size] */
  mask?: Uint8Array;
  truth: PhantomTruth;
}

interface Format {
  /** Of file names, without the point. */
  ending: string;
  /** Of the table. */
  idOf(picture: Picture): number | string;
  /** @param original which the picture is a copy of, or it itself */
  encode(picture: Picture, size: number, original: Picture): Uint8Array;
}

const texts = ({ age, sex }: PhantomTruth) => ({
  Title: 'Phantom of a hand radiograph',
  Warning: LABEL,
  Software: 'onnoise phantom',
  Comment: `bone age ${age} months, ${sex}`,
});

const instanceOf = ({ index, pixels }: Picture) => uidOf('image', String(index), pixels);

const FORMATS = {
  png: {
    ending: 'png',
    idOf: ({ index }) => index + 1,
    encode: ({ pixels, truth }, size) => encodePng(pixels, size, texts(truth)),
  },
  dicom: {
    ending: 'dcm',
    idOf: instanceOf,
    encode: (picture, size, original) =>
      encodeDicom(picture.pixels, size, picture.truth, {
        instance: instanceOf(picture),
        patient: `PHANTOM-${uidOf('patient', instanceOf(original)).slice(-12)}`,
      }),
  },
} satisfies Record<string, Format>;

export type PhantomFormat = keyof typeof FORMATS;
export const PHANTOM_FORMATS = Object.keys(FORMATS) as PhantomFormat[];
export const formatOf = (name: PhantomFormat): Format => FORMATS[name];
