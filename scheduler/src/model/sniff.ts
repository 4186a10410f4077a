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
  ['%PDF', 'a PDF'],
  ['\x89HDF', 'an HDF5 file'],
  ['\x80\x02', 'a pickle of Python'],
  ['version https://git-lfs', 'a pointer of Git LFS, not the file itself'],
];

const HEAD = 512;

export async function sniff(file: Bytes): Promise<string | undefined> {
  if (file.size === 0) return 'an empty file';
  const bytes = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  const sign = SIGNS.find(([start]) => text.startsWith(start));
  if (sign) return sign[1];
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'a WebP picture';
  if (text.slice(257, 262) === 'ustar') return 'a tar archive';
  if (/^\s*<(!doctype|html)/i.test(text)) return 'a web page';
  if (/^\s*[{[]/.test(text)) return 'JSON';
  return undefined;
}
