/** The transfer syntaxes (PS3.5, annex A) that can be read, and how. */

/** The decoders of dcmjs-codecs. */
export type Decoder =
  | 'decodeRle'
  | 'decodeJpeg'
  | 'decodeJpegLs'
  | 'decodeJpeg2000'
  | 'decodeHtJpeg2000'
  | 'decodeJpegXl';

export interface Syntax {
  /** Absent for pixels that are not compressed. */
  decoder?: Decoder;
  bigEndian?: true;
}

const PREFIX = '1.2.840.10008.1.2';

const SYNTAXES: Readonly<Record<string, Syntax>> = {
  '': {}, // implicit VR, little endian
  '.1': {}, // explicit VR, little endian
  '.1.99': {}, // the same, deflated
  '.2': { bigEndian: true },
  '.5': { decoder: 'decodeRle' },
  '.4.50': { decoder: 'decodeJpeg' }, // baseline
  '.4.51': { decoder: 'decodeJpeg' }, // extended, 8 and 12 bits
  '.4.57': { decoder: 'decodeJpeg' }, // lossless
  '.4.70': { decoder: 'decodeJpeg' }, // lossless, first-order prediction
  '.4.80': { decoder: 'decodeJpegLs' }, // lossless
  '.4.81': { decoder: 'decodeJpegLs' }, // near-lossless
  '.4.90': { decoder: 'decodeJpeg2000' }, // lossless
  '.4.91': { decoder: 'decodeJpeg2000' },
  '.4.110': { decoder: 'decodeJpegXl' }, // lossless
  '.4.111': { decoder: 'decodeJpegXl' }, // from JPEG
  '.4.112': { decoder: 'decodeJpegXl' },
  '.4.201': { decoder: 'decodeHtJpeg2000' }, // lossless
  '.4.202': { decoder: 'decodeHtJpeg2000' }, // lossless, by resolution
  '.4.203': { decoder: 'decodeHtJpeg2000' },
};

/** MPEG-2, MPEG-4 and HEVC. */
const VIDEO = /^\.4\.10[0-9](\.1)?$/;

/** @throws Error with the reason where pixels of this transfer syntax cannot be read */
export function syntaxOf(uid: string): Syntax {
  const part = uid.startsWith(PREFIX) ? uid.slice(PREFIX.length) : undefined;
  const syntax = part === undefined ? undefined : SYNTAXES[part];
  if (syntax) return syntax;
  if (part !== undefined && VIDEO.test(part)) throw new Error(`its pixels are a video (transfer syntax ${uid})`);
  throw new Error(`its pixels are written in a way that is not supported (transfer syntax ${uid.slice(0, 64)})`);
}
