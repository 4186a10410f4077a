/** Names a file's kind by its first bytes, for use in a sentence; undefined if they are unknown. */

import type { Bytes } from './wire.ts';

const SIGNS: readonly (readonly [bytes: string, what: string])[] = [
  ['PK\x03\x04', 'a zip archive'],
  ['\x1f\x8b', 'a gzip archive'],
  ['7z\xbc\xaf', 'a 7z archive'],
  ['Rar!', 'a rar archive'],
  ['\x89PNG', 'a PNG picture'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['GIF8', 'a GIF picture'],
  ['BM', 'a BMP picture'],
  ['II*\0', 'a TIFF picture'],
  ['MM\0*', 'a TIFF picture'],
  ['%PDF', 'a PDF'],
  ['\x89HDF', 'an HDF5 file'],
  ['\x80\x02', 'a pickle of Python'],
  ['version https://git-lfs', 'a pointer of Git LFS, not the file itself'],
];

const HEAD = 512;
/** Of files in ISO's container, by their brand. */
const BRANDS: readonly (readonly [brand: RegExp, what: string])[] = [
  [/^(hei[cxms]|hev[cx]|mif1|msf1)/, 'a HEIC picture'],
  [/^avi[fs]/, 'an AVIF picture'],
];

export async function sniff(file: Bytes): Promise<string | undefined> {
  if (file.size === 0) return 'an empty file';
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  const sign = SIGNS.find(([start]) => text.startsWith(start));
  if (sign) return sign[1];
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'a WebP picture';
  const brand = text.slice(4, 8) === 'ftyp' && BRANDS.find(([brand]) => brand.test(text.slice(8)));
  if (brand) return brand[1];
  if (text.slice(257, 262) === 'ustar') return 'a tar archive';
  if (text.slice(128, 132) === 'DICM') return 'a DICOM file';
  if (/^\s*</.test(text) && /<svg[\s>]/i.test(text) && !/<html/i.test(text)) return 'an SVG drawing';
  if (/^\s*<(!doctype|html)/i.test(text)) return 'a web page';
  if (/^\s*[{[]/.test(text)) return 'JSON';
  return undefined;
}
