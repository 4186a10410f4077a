import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openLabelFile } from '#base/labels/file.ts';
import { requireFewLabels, toLabels } from '#base/labels/index.ts';
import {
  deepPicture,
  flatPicture,
  grayPicture,
  noisePicture,
  temporaryFolder,
  writeFiles,
} from '#test/pictures/images.ts';
import { tiff } from '#test/pictures/tiff.ts';

const folder = temporaryFolder();
const lzw = () => grayPicture(6, 5, (x, y) => x + 10 * y).tiff({ compression: 'lzw' });

async function read(content: Parameters<typeof writeFiles>[1][string], page = 0) {
  await writeFiles(folder, { mask: content });
  const file = await openLabelFile(join(folder, 'mask'));
  return { count: file.count, ...(await file.read(page)) };
}

/** A TIFF with one number of its head changed: of the entry with this tag. */
async function changedTiff(tag: number, value: number): Promise<Buffer> {
  const file = await lzw().toBuffer();
  const start = file.readUInt32LE(4);
  const entry = Array.from({ length: file.readUInt16LE(start) }, (_, i) => start + 2 + 12 * i).find(
    (at) => file.readUInt16LE(at) === tag,
  );
  file.writeUInt16LE(value, entry! + 8);
  return file;
}

describe('the labels of a picture file', () => {
  it('are its gray levels, also where three channels have them or nothing is transparent', async () => {
    expect([...(await read(flatPicture(2, 1, 7, 7, 7))).labels]).toEqual([7, 7]);
    expect([...(await read(flatPicture(2, 1, 7, 7, 7, 255))).labels]).toEqual([7, 7]);
    expect([...(await read(flatPicture(2, 1, 9, 255))).labels]).toEqual([9, 9]);
    expect([...(await read(deepPicture(2, 2, (x, y) => 300 * x + 7000 * y))).labels]).toEqual([0, 300, 7000, 7300]);
  });

  it('are those of each page of a TIFF', async () => {
    const { data, info } = await grayPicture(6, 10, (x, y) => x + 10 * y)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const pages = sharp(data, { raw: { width: 6, height: 10, channels: info.channels as 1, pageHeight: 5 } });
    const file = await pages.toColourspace('b-w').tiff({ compression: 'deflate' }).toBuffer();
    expect(await read(file)).toMatchObject({ count: 2, width: 6, height: 5 });
    expect((await read(file, 1)).labels[0]).toBe(50);
  });

  it.each([
    ['uint', 8],
    ['uint', 32],
    ['int', 8],
    ['int', 32],
    ['float', 32],
  ] as const)('are whole numbers of any kind in TIFF: %s of %d bits', async (kind, bits) => {
    expect([...(await read(tiff(kind, bits, [0, 1, 2, 77]))).labels.subarray(0, 5)]).toEqual([0, 1, 2, 77, 0]);
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ['nothing', () => new Uint8Array(), 'an empty file'],
    [
      'colours',
      () => noisePicture(4, 4).png().toBuffer(),
      'it is in colour, and a label is one number: save it as gray, or with a palette',
    ],
    [
      'colours in TIFF',
      () => noisePicture(4, 4).tiff({ compression: 'none' }).toBuffer(),
      'it is in colour, and a label is one number: save it as gray, or with a palette',
    ],
    [
      'holes',
      () => flatPicture(4, 4, 9, 9, 9, 0).toBuffer(),
      'it has transparent pixels, which have no label: save it as gray',
    ],
    ['JPEG', () => noisePicture(4, 4).jpeg().toBuffer(), 'it is a JPEG, which changes values: save it as PNG'],
    [
      'WebP',
      () => noisePicture(4, 4).webp({ lossless: true }).toBuffer(),
      'label maps are read from PNG, TIFF, NIfTI and DICOM SEG: save it as PNG',
    ],
    ['text', () => Buffer.from('hello'), 'label maps are read from PNG, TIFF, NIfTI and DICOM SEG: save it as PNG'],
    [
      'a palette in TIFF',
      () => changedTiff(262, 3),
      'it is a TIFF with a palette, whose numbers are not read: save it as PNG',
    ],
    ['a white zero', () => changedTiff(262, 0), 'it is a TIFF whose zero is white: save it as PNG'],
    ['inks', () => changedTiff(262, 5), 'it is a TIFF of another kind than gray: save it as gray, or as PNG'],
    ['few bits', () => changedTiff(258, 4), 'it is a TIFF of 4 bits, which are not read: save it as PNG'],
    [
      'JPEG in TIFF',
      () => changedTiff(259, 7),
      'it is a TIFF that is compressed in a way that may change labels: save it as PNG',
    ],
    [
      'numbers below zero',
      () => tiff('int', 32, [0, 1, -2, 3]),
      'its values must be whole numbers from 0 to 65535, and one is -2',
    ],
    [
      'real numbers',
      () => tiff('float', 32, [0, 1, 2.5, 3]),
      'its values must be whole numbers from 0 to 65535, and one is 2.5',
    ],
    [
      'signed numbers of 16 bits',
      () => tiff('int', 16, [0, 1, 2, 3]),
      'its numbers are of a kind that is not read: save it as unsigned 8 or 16 bits',
    ],
    [
      'real numbers of 16 bits',
      () => tiff('float', 16, [0, 1, 2, 3]),
      'its numbers are of a kind that is not read: save it as unsigned 8 or 16 bits',
    ],
    ['64 bits', () => tiff('float', 64, [0, 1, 2, 3]), 'it is a TIFF of 64 bits, which are not read: save it as PNG'],
    ['cut pixels', () => tiff('uint', 16, [0, 1, 2, 3]).subarray(0, -9), 'Read error at scanline'],
    [
      'a cut head',
      async () => (await lzw().toBuffer()).subarray(0, 20),
      'truncated or damaged: its head leads beyond its end',
    ],
  ])('are refused: %s', async (_, content, reason) => {
    await expect(read(await content())).rejects.toThrow(reason);
  });
});

describe('labels', () => {
  it('are whole numbers from 0 to 65535, as far as a scale of 32 bits keeps them', () => {
    const numbers = [0, 2, 65_535, Math.fround(0.1) * 30];
    expect([...toLabels((at) => numbers[at]!, 4)]).toEqual([0, 2, 65_535, 3]);
    for (const wrong of [0.5, -1, 65_536, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => toLabels(() => wrong, 1)).toThrow(
        `its values must be whole numbers from 0 to 65535, and one is ${wrong}`,
      );
    }
  });

  it('are few in a file', () => {
    const grid = (count: number, first = 0) => ({
      width: count,
      height: 1,
      labels: Uint16Array.from({ length: count }, (_, i) => first + 7 * i),
    });
    expect(() => requireFewLabels([grid(256), grid(256)])).not.toThrow();
    expect(() => requireFewLabels([grid(200), grid(57, 1400)])).toThrow(
      'it has 257 different values, more than 256: it looks like a picture, not a label map',
    );
  });
});
