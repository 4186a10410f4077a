/** Colour pixels of DICOM files (PS3.3 C.7.6.3.1.2) as RGB of 8 bits. */
import type { DataSet } from 'dicom-parser';
import type { PixelFormat } from './format.ts';
import { lookUp, lutOf } from './luts.ts';
import { TAG } from './tags.ts';
import { copyOf, valueReader, type Words } from './words.ts';

/** Whether pixels are gray, or refer to a palette; false for colour in the pixels. */
export const isMonochrome = ({ photometric }: PixelFormat): boolean => /^MONOCHROME[12]$/.test(photometric);

/** Interpretations that are RGB once decoded: the codecs undo the transforms of JPEG 2000 themselves. */
const RGB = new Set(['RGB', 'YBR_ICT', 'YBR_RCT']);
const YBR = new Set(['YBR_FULL', 'YBR_FULL_422']);

/** Whether a JPEG's luma and chroma are to become RGB by its decoder. */
export const isYbr = ({ photometric }: PixelFormat): boolean => YBR.has(photometric);

/**
 * @param words [rows, columns, 3], or planes where `planar`; [rows, columns] for a palette
 * @param converted whether they are RGB already, whatever the file calls them
 * @returns [rows, columns, 3]
 * @throws Error where the file has another kind of colour
 */
export function toRgb(
  words: Words,
  format: PixelFormat,
  data: DataSet,
  { planar, converted }: { planar: boolean; converted: boolean },
): Uint8Array {
  const { photometric, samples } = format;
  if (photometric === 'PALETTE COLOR' && samples === 1) return byPalette(words, format, data);
  if (samples !== 3 || !(RGB.has(photometric) || YBR.has(photometric))) {
    throw new Error(`its colour (photometric interpretation ${photometric || 'unknown'}) is not supported`);
  }
  const bytes = toBytes(words, format);
  const pixels = format.rows * format.columns;
  if (YBR.has(photometric) && !converted && bytes.length < 3 * pixels) return fromYbr(fromPairs(bytes, pixels));
  const rgb = planar ? interleaved(bytes, pixels) : copyOf(bytes.subarray(0, 3 * pixels));
  return YBR.has(photometric) && !converted ? fromYbr(rgb) : rgb;
}

/** The upper 8 of the stored bits. */
function toBytes(words: Words, format: PixelFormat): Uint8Array {
  if (format.bitsStored === 8 && words instanceof Uint8Array) return words;
  const read = valueReader({ ...format, signed: false });
  const scale = 255 / (2 ** format.bitsStored - 1);
  return Uint8Array.from(words, (word) => Math.round(read(word) * scale));
}

/** [3, pixels] -> [pixels, 3] */
function interleaved(planes: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < 3; c++) out[3 * i + c] = planes[c * pixels + i]!;
  }
  return out;
}

/** Y1 Y2 Cb Cr of two neighbours -> [pixels, 3] */
function fromPairs(bytes: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    const pair = 4 * (i >> 1);
    out[3 * i] = bytes[pair + (i & 1)]!;
    out[3 * i + 1] = bytes[pair + 2]!;
    out[3 * i + 2] = bytes[pair + 3]!;
  }
  return out;
}

const byte = (value: number) => Math.min(Math.max(Math.round(value), 0), 255);

/** In place: the inverse of the transform of PS3.3 C.7.6.3.1.2, of full range. */
function fromYbr(pixels: Uint8Array): Uint8Array {
  for (let i = 0; i < pixels.length; i += 3) {
    const [y, b, r] = [pixels[i]!, pixels[i + 1]! - 128, pixels[i + 2]! - 128];
    pixels[i] = byte(y + 1.402 * r);
    pixels[i + 1] = byte(y - 0.344136 * b - 0.714136 * r);
    pixels[i + 2] = byte(y + 1.772 * b);
  }
  return pixels;
}

function byPalette(words: Words, format: PixelFormat, data: DataSet): Uint8Array {
  const luts = TAG.palettes.map((table, c) => {
    const lut = lutOf(data, TAG.paletteDescriptors[c]!, table, format.signed);
    if (lut === undefined) throw new Error('damaged: it has a palette without tables');
    return lut;
  });
  const read = valueReader(format);
  const out = new Uint8Array(3 * words.length);
  // Some writers say 16 bits and use the lower 8.
  const bits = luts.some(({ entries }) => entries.some((entry) => entry > 255)) ? 16 : 8;
  for (const [c, lut] of luts.entries()) {
    words.forEach((word, i) => {
      out[3 * i + c] = lookUp(lut, read(word)) >> (bits - 8);
    });
  }
  return out;
}
