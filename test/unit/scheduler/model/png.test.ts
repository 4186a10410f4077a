import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { pngChunk as chunk, PNG_SIGNATURE, readPngSamples } from '#scheduler/model/png/index.ts';
import { deepPicture, grayPicture, noisePicture } from '#test/pictures/images.ts';

/** The data of the first chunk of a kind. */
function chunkOf(file: Buffer, type: string): Buffer {
  const at = file.indexOf(type, 0, 'latin1');
  return file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4));
}

const fileOf = (head: number[], lines: Uint8Array, end = true) => {
  const [width, height, bits, type, interlace] = head as [number, number, number, number, number];
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  bytes.set([bits, type, 0, 0, interlace], 8);
  const chunks = [PNG_SIGNATURE, chunk('IHDR', bytes), chunk('IDAT', deflateSync(lines))];
  return Buffer.concat([...chunks, ...(end ? [chunk('IEND', Buffer.alloc(0))] : [])]);
};

const readPng = (file: Uint8Array) => readPngSamples(file, 100_000_000);

describe('PNG, as libpng reads it', () => {
  it.each([false, true])('gray of 8 and 16 bits and colours, interlaced: %s', async (progressive) => {
    const raw = async (picture: Sharp) => new Uint8Array(await picture.raw().toBuffer());
    for (const [width, height] of [
      [1, 1],
      [3, 5],
      [5, 9],
      [17, 8],
      [33, 21],
    ] as const) {
      const level = (x: number, y: number) => (3701 * x + 911 * y * x) % 65_536;
      const [gray, deep, colour] = await Promise.all(
        [
          grayPicture(width, height, (x, y) => level(x, y) >> 8),
          deepPicture(width, height, level),
          noisePicture(width, height),
        ].map((one) => one.png({ progressive }).toBuffer()),
      );
      expect((await readPng(gray!)).samples).toEqual(await raw(sharp(gray).toColourspace('b-w')));
      const expected = Uint16Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)));
      expect(await readPng(deep!)).toMatchObject({ bits: 16, channels: 1, samples: expected });
      expect((await readPng(colour!)).samples).toEqual(await raw(sharp(colour)));
    }
  });

  it.each([2, 4, 16, 200])('indexes of a palette of %d colours', async (colours) => {
    for (const progressive of [false, true]) {
      const file = await noisePicture(19, 13).png({ palette: true, colours, dither: 0, progressive }).toBuffer();
      const { samples, channels, bits } = await readPng(file);
      expect([channels, bits]).toEqual([1, { 2: 1, 4: 2, 16: 4, 200: 8 }[colours]]);
      const palette = chunkOf(file, 'PLTE');
      const shown = Uint8Array.from([...samples].flatMap((index) => [...palette.subarray(3 * index, 3 * index + 3)]));
      expect(shown).toEqual(new Uint8Array(await sharp(file).removeAlpha().raw().toBuffer()));
    }
  });

  it.each([1, 2, 4])('gray of %d bits is not scaled', async (bits) => {
    const samples = Array.from({ length: 16 }, (_, i) => i % 2 ** bits);
    const line = Buffer.alloc(2 * bits);
    for (const [i, sample] of samples.entries()) line[(i * bits) >> 3]! |= sample << (8 - bits - ((i * bits) & 7));
    const file = fileOf([16, 1, bits, 0, 0], Buffer.concat([Buffer.alloc(1), line]));
    expect([...(await readPng(file)).samples]).toEqual(samples);
    const scaled = await sharp(file).toColourspace('b-w').raw().toBuffer();
    expect(scaled[1]).toBe(255 / (2 ** bits - 1)); // what others make of 1
  });
});

describe('a PNG file that is damaged', () => {
  const whole = fileOf([2, 2, 8, 0, 0], Uint8Array.of(0, 1, 2, 0, 3, 4));
  const at = whole.indexOf('IDAT') + 6;
  const changed = Buffer.from(whole);
  changed[at]! ^= 1;

  it.each<[string, Uint8Array, string]>([
    ['cut in its pixels', whole.subarray(0, at), 'truncated: the PNG file has no end'],
    ['changed', changed, 'damaged: its chunks are not those of a PNG file, or their checksums are wrong'],
    [
      'too short',
      fileOf([2, 2, 8, 0, 0], Uint8Array.of(0, 1, 2)),
      'damaged: its pixels are not as many as its head says',
    ],
    ['too long', fileOf([2, 2, 8, 0, 0], new Uint8Array(99)), 'damaged: its pixels cannot be unpacked'],
    [
      'filtered',
      fileOf([2, 2, 8, 0, 0], Uint8Array.of(5, 1, 2, 0, 3, 4)),
      'damaged: its pixels are filtered in an unknown way',
    ],
    ['of no size', fileOf([0, 2, 8, 0, 0], new Uint8Array(6)), 'damaged: its head is not that of a PNG file'],
    [
      'huge',
      fileOf([20_000, 20_000, 8, 0, 0], new Uint8Array(6)),
      '20000 x 20000 pixels are more than the limit of 100 million',
    ],
  ])('is refused: %s', async (_, file, reason) => {
    await expect(readPng(file)).rejects.toThrow(reason);
  });

  it('whose filters are all used is read', async () => {
    const rows = [
      [0, 10, 20, 30],
      [1, 5, 1, 1], // 5 6 7
      [2, 1, 1, 1], // 6 7 8
      [3, 7, 1, 1], // 10 9 9
      [4, 1, 1, 1], // 11 11 11: of 10, 11 and 11
    ];
    const file = fileOf([3, 5, 8, 0, 0], Uint8Array.from(rows.flat()));
    const read = await sharp(file).toColourspace('b-w').raw().toBuffer();
    expect((await readPng(file)).samples).toEqual(new Uint8Array(read));
  });
});
