/**
 * How a TIFF file stores its pixels, which its decoder does not tell: it makes colours of a palette, scales 1, 2 and 4 bits and
 * turns pictures around whose zero is white, all of which change labels. Source: TIFF revision 6.0, sections 2 and 8.
 */
import { orientationFrom } from '@onnoise/scheduler/png';

interface Fields {
  bits: number;
  compression: number;
  photometric: number;
  orientation: number;
  samples: number;
}

const TAGS: Readonly<Record<number, keyof Fields>> = {
  258: 'bits',
  259: 'compression',
  262: 'photometric',
  274: 'orientation',
  277: 'samples',
};
/** Bytes of the kinds of whole numbers: SHORT and LONG. */
const SHORT = 3;
const LONG = 4;
/** None, LZW, Deflate, PackBits, LZMA and Zstandard. */
const LOSSLESS = new Set([1, 5, 8, 32946, 32773, 34925, 50000]);
const [WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE] = [0, 1, 2, 3];

export const isTiff = (bytes: Uint8Array): boolean =>
  /^(II[*+]\0|MM\0[*+])/.test(Buffer.from(bytes.subarray(0, 4)).toString('latin1'));

/** @param page from 0 @returns its orientation @throws Error with the reason where a decoder would change the labels of this page */
export function requirePlainTiff(file: Uint8Array, page: number): number {
  const { bits, compression, photometric, orientation, samples } = fieldsOf(file, page);
  if (!LOSSLESS.has(compression))
    throw new Error('it is a TIFF that is compressed in a way that may change labels: save it as PNG');
  if (photometric === PALETTE)
    throw new Error('it is a TIFF with a palette, whose numbers are not read: save it as PNG');
  if (photometric === WHITE_IS_ZERO) throw new Error('it is a TIFF whose zero is white: save it as PNG');
  if ((photometric !== BLACK_IS_ZERO || samples !== 1) && (photometric !== RGB || samples !== 3)) {
    throw new Error('it is a TIFF of another kind than gray: save it as gray, or as PNG');
  }
  if (![8, 16, 32].includes(bits)) throw new Error(`it is a TIFF of ${bits} bits, which are not read: save it as PNG`);
  return orientationFrom(orientation);
}

function fieldsOf(bytes: Uint8Array, page: number): Fields {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  try {
    if (view.getUint16(2, little) === 43) throw new Error('it is a BigTIFF, which is not read: save it as PNG');
    let at = view.getUint32(4, little);
    for (let i = 0; i < page; i++) at = view.getUint32(at + 2 + 12 * view.getUint16(at, little), little);
    const fields: Fields = { bits: 1, compression: 1, photometric: -1, orientation: 1, samples: 1 };
    for (let entry = 0; entry < view.getUint16(at, little); entry++) {
      const start = at + 2 + 12 * entry;
      const name = TAGS[view.getUint16(start, little)];
      if (name !== undefined) fields[name] = numberAt(view, start + 2, little);
    }
    return fields;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error('truncated or damaged: its head leads beyond its end');
  }
}

/** The first number of an entry: in the entry, or where it points to. */
function numberAt(view: DataView, at: number, little: boolean): number {
  const [kind, count] = [view.getUint16(at, little), view.getUint32(at + 2, little)];
  if (kind !== SHORT && kind !== LONG) return -1;
  const bytes = kind === SHORT ? 2 : 4;
  const place = count * bytes <= 4 ? at + 6 : view.getUint32(at + 6, little);
  return kind === SHORT ? view.getUint16(place, little) : view.getUint32(place, little);
}
