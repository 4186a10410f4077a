import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#base/pictures/decode.ts';
import { MAX_PIXELS } from '#base/pictures/max-pixels.ts';
import type { ImageOptions } from '#base/pictures/types.ts';
import { expectClose } from '#test/compare.ts';
import { deepPicture, flatPicture, grayPicture, noisePicture, temporaryFolder } from '#test/pictures/images.ts';

const folder = temporaryFolder();
let files = 0;

async function decodeFile(picture: Sharp | Uint8Array, options: Partial<ImageOptions> = {}) {
  const path = join(folder, `picture-${files++}`);
  writeFileSync(path, picture instanceof Uint8Array ? picture : await picture.toBuffer());
  return decodeImage(path, { size: 4, fit: 'crop', background: 'black', ...options });
}

const decode = async (picture: Sharp | Uint8Array, options: Partial<ImageOptions> = {}): Promise<number[]> => [
  ...(await decodeFile(picture, options)).pixels,
];

/** The pixel at (x, y) of a decoded 4 x 4 picture. */
const at = (pixels: number[], x: number, y: number) => pixels.slice((y * 4 + x) * 3, (y * 4 + x) * 3 + 3);

/** The chunks of a PNG file: length, type, data, CRC. */
function chunksOf(png: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 8; at < png.length; at += chunks.at(-1)!.length) {
    chunks.push(png.subarray(at, at + 12 + png.readUInt32BE(at)));
  }
  return chunks;
}

/** A chunk as several with half its data or less. */
function splitData(chunk: Buffer): Buffer[] {
  const data = chunk.subarray(8, -4);
  const half = Math.ceil(data.length / 2);
  return [data.subarray(0, half), data.subarray(half)].map((part) => {
    const made = Buffer.concat([Buffer.alloc(4), chunk.subarray(4, 8), part, Buffer.alloc(4)]);
    made.writeUInt32BE(part.length, 0);
    made.writeUInt32BE(crc32(made.subarray(4, -4)), made.length - 4);
    return made;
  });
}

describe('decodeImage', () => {
  it('returns a square picture of the right size untouched', async () => {
    const pixels = await decode(grayPicture(4, 4, (x, y) => 16 * y + x));
    for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) expect(at(pixels, x, y)).toEqual(Array(3).fill(16 * y + x));
  });

  it('crops the middle of a wide picture', async () => {
    const pixels = await decode(grayPicture(10, 4, (x) => 10 * x));
    expect([0, 1, 2, 3].map((x) => at(pixels, x, 0)[0])).toEqual([30, 40, 50, 60]);
  });

  it('pads a wide picture above and below with the background', async () => {
    const picture = () => grayPicture(4, 2, () => 200);
    const black = await decode(picture(), { fit: 'pad' });
    expect([0, 1, 2, 3].map((y) => at(black, 0, y)[0])).toEqual([0, 200, 200, 0]);
    const white = await decode(picture(), { fit: 'pad', background: 'white' });
    expect([0, 1, 2, 3].map((y) => at(white, 0, y)[0])).toEqual([255, 200, 200, 255]);
  });

  it('averages when it shrinks', async () => {
    const pixels = await decode(grayPicture(64, 64, (x, y) => ((x + y) % 2 ? 255 : 0)));
    expectClose(pixels, Array(48).fill(127.5), { absolute: 4 });
  });

  it('enlarges a picture of 1 x 1', async () => {
    expect(await decode(flatPicture(1, 1, 10, 20, 30))).toEqual(
      Array.from({ length: 48 }, (_, i) => [10, 20, 30][i % 3]),
    );
    const padded = await decode(flatPicture(1, 1, 10, 20, 30), { fit: 'pad' });
    expect(at(padded, 3, 3)).toEqual([10, 20, 30]);
  });

  it('reads a strip of 4000 x 1 by its middle', async () => {
    const pixels = await decode(grayPicture(4000, 1, (x) => (x >= 1992 && x < 2008 ? 90 : 0)));
    expect(pixels).toEqual(Array(48).fill(90));
  });

  it('scales the full range of 16-bit gray to 8 bits', async () => {
    const levels = [0, 255, 256, 4095, 128 * 257, 65_279, 65_280, 65_535];
    const pixels = await decode(deepPicture(4, 4, (x, y) => levels[(y * 4 + x) % 8]!));
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((i) => at(pixels, i % 4, Math.floor(i / 4)))).toEqual(
      [0, 0, 1, 15, 128, 254, 255, 255].map((v) => [v, v, v]),
    );
  });

  it('scales 16-bit gray when it shrinks, and 16-bit RGB', async () => {
    const gray = await decode(deepPicture(40, 40, (x) => (x < 20 ? 10_000 : 50_000)));
    expectClose([at(gray, 0, 0)[0]!, at(gray, 3, 3)[0]!], [39, 195], { absolute: 4 }); // Lanczos overshoots at an edge
    const pixels = Uint16Array.from({ length: 48 }, (_, i) => [65_535, 32_768, 0][i % 3]!);
    const rgb = sharp(pixels, { raw: { width: 4, height: 4, channels: 3 } }).toColourspace('rgb16');
    expect(at(await decode(rgb.png()), 2, 2)).toEqual([255, 128, 0]);
    expect(at(await decode(rgb.tiff({ compression: 'none' })), 2, 2)).toEqual([255, 128, 0]);
  });

  it('tells which pictures have 16 bits', async () => {
    const path = join(folder, 'deep');
    const options = { size: 4, fit: 'crop', background: 'black' } as const;
    writeFileSync(path, await deepPicture(4, 4, () => 1).toBuffer());
    expect((await decodeImage(path, options)).deep).toBe('gray');
    writeFileSync(path, await grayPicture(4, 4, () => 1).toBuffer());
    expect((await decodeImage(path, options)).deep).toBe(false);
  });

  it('flattens transparency on the background', async () => {
    const half = () => flatPicture(4, 4, 200, 100, 50, 128);
    expectClose(at(await decode(half()), 1, 1), [100, 50, 25], { absolute: 1 });
    expectClose(at(await decode(half(), { background: 'white' }), 1, 1), [227, 177, 152], { absolute: 1 });
    expect(at(await decode(flatPicture(4, 4, 255, 0)), 1, 1)).toEqual([0, 0, 0]); // gray with alpha, invisible white
  });

  it('stretches a picture without its proportions', async () => {
    const pixels = await decode(
      grayPicture(40, 4, (x) => (x < 20 ? 0 : 200)),
      { fit: 'stretch' },
    );
    expectClose(
      [0, 1, 2, 3].map((x) => at(pixels, x, 2)[0]!),
      [0, 0, 200, 200],
      { absolute: 20 }, // Lanczos overshoots at an edge
    );
    const strip = await decode(
      grayPicture(4000, 1, () => 90),
      { fit: 'stretch' },
    );
    expect(strip).toEqual(Array(48).fill(90));
  });

  it('tells pictures with transparent pixels from those that only could have them', async () => {
    const seen = async (picture: Sharp) => (await decodeFile(picture)).transparent;
    expect(await seen(flatPicture(40, 40, 200, 100, 50, 128))).toBe(true);
    expect(await seen(flatPicture(40, 40, 200, 0))).toBe(true);
    expect(await seen(flatPicture(40, 40, 200, 100, 50, 255))).toBe(false);
    expect(await seen(flatPicture(40, 40, 200, 100, 50))).toBe(false);
  });

  it('flattens transparency of 16 bits, of palettes and of gray, also where it shrinks', async () => {
    const deep = sharp(
      Uint16Array.from({ length: 400 }, (_, i) => [65_535, 32_768, 0, 32_768][i % 4]!),
      {
        raw: { width: 10, height: 10, channels: 4 },
      },
    );
    expectClose(at(await decode(deep.toColourspace('rgb16').png(), { background: 'white' }), 1, 1), [255, 191, 127], {
      absolute: 1,
    });
    const palette = flatPicture(40, 40, 200, 100, 50, 0).png({ palette: true });
    expect(at(await decode(palette, { background: 'white' }), 1, 1)).toEqual([255, 255, 255]);
    expectClose(at(await decode(flatPicture(40, 40, 200, 128)), 1, 1), [100, 100, 100], { absolute: 1 });
  });

  it('reads palettes and single bits as their colours', async () => {
    const palette = await decode(flatPicture(4, 4, 200, 10, 90).png({ palette: true }));
    expect(at(palette, 0, 0)).toEqual([200, 10, 90]);
    const bits = await decode(grayPicture(4, 4, (x) => (x < 2 ? 0 : 255)).png({ palette: true, colours: 2 }));
    expect([0, 1, 2, 3].map((x) => at(bits, x, 0)[0])).toEqual([0, 0, 255, 255]);
  });

  it('tells an animation and takes its first frame', async () => {
    const frames = Buffer.concat([Buffer.alloc(48, 40), Buffer.alloc(48, 200)]);
    const film = () => sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } });
    for (const picture of [film().gif(), film().webp({ lossless: true })]) {
      const image = await decodeFile(picture);
      expect(image.several).toBe(true);
      expectClose([...image.pixels], Array(48).fill(40), { absolute: 2 });
    }
    expect((await decodeFile(flatPicture(4, 4, 1, 2, 3).gif())).several).toBe(false);
  });

  it('refuses a JPEG and a GIF whose middle is damaged, which decode to half a picture', async () => {
    const damaged = (whole: Buffer, level: number) =>
      Buffer.from(whole).fill(level, whole.length >> 1, (whole.length >> 1) + 200);
    const jpeg = await noisePicture(300, 300).jpeg().toBuffer();
    await expect(decode(damaged(jpeg, 0xff))).rejects.toThrow(/^damaged: .*premature end of data segment/);
    const gif = await noisePicture(300, 300).gif().toBuffer();
    await expect(decode(damaged(gif, 0))).rejects.toThrow(/^damaged: .*gifload/);
  });

  it('reads a JPEG with harmless oddities', async () => {
    const whole = await flatPicture(40, 40, 100, 100, 100).jpeg({ quality: 100 }).toBuffer();
    const start = whole.indexOf(Buffer.of(0xff, 0xdb));
    const odd = Buffer.concat([whole.subarray(0, start), Buffer.alloc(7, 1), whole.subarray(start)]);
    await expect(sharp(odd, { failOn: 'warning' }).raw().toBuffer()).rejects.toThrow(/extraneous/);
    expect(await decode(odd)).toEqual(Array(48).fill(100));
  });

  it('converts CMYK to sRGB by its profile', async () => {
    const picture = flatPicture(16, 16, 160, 90, 80).toColourspace('cmyk').withIccProfile('cmyk');
    const cmyk = await picture.jpeg({ quality: 100 }).toBuffer();
    expect(await sharp(cmyk).metadata()).toMatchObject({ space: 'cmyk', hasProfile: true });
    const image = await decodeFile(cmyk);
    // What Pillow's ImageCms makes of this file by its profile. The plain formula would give (158, 60, 59).
    expectClose(at([...image.pixels], 1, 1), [160, 82, 63], { absolute: 2 });
    expect(image.inks).toBe(false);
  });

  it('turns a picture as its EXIF orientation says', async () => {
    // Stored lying: the left half white. Orientation 6 turns it clockwise: the upper half is white.
    const stored = () => grayPicture(40, 20, (x) => (x < 20 ? 255 : 0)).jpeg({ quality: 100 });
    const lying = await decode(stored(), { fit: 'pad' });
    expect([at(lying, 0, 1)[0]! > 250, at(lying, 3, 1)[0]! < 5, at(lying, 0, 0)[0]]).toEqual([true, true, 0]);
    const upright = await decode(stored().withMetadata({ orientation: 6 }), { fit: 'pad' });
    expect([at(upright, 1, 0)[0]! > 250, at(upright, 1, 3)[0]! < 5, at(upright, 0, 0)[0]]).toEqual([true, true, 0]);
    const cropped = await decode(stored().withMetadata({ orientation: 8 }));
    expect([at(cropped, 1, 0)[0]! < 5, at(cropped, 1, 3)[0]! > 250]).toEqual([true, true]);
  });

  it('turns a long strip before it takes its middle', async () => {
    const strip = grayPicture(400, 2, (x) => (x >= 192 && x < 208 ? 90 : 0))
      .tiff({ compression: 'none' })
      .withMetadata({ orientation: 6 });
    expect(await decode(strip)).toEqual(Array(48).fill(90));
  });

  it.each(['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const)(
    'reads %s, and refuses it cut anywhere',
    async (format) => {
      const picture = noisePicture(60, 90);
      const whole = await (format === 'avif' ? picture.avif({ effort: 0 }) : picture.toFormat(format)).toBuffer();
      expect((await decode(whole)).length).toBe(48);
      for (const share of [0.1, 0.5, 0.9, 0.99]) {
        await expect(decode(whole.subarray(0, Math.floor(share * whole.length))), `${share}`).rejects.toThrow(/\w{4}/);
      }
      await expect(decode(whole.subarray(0, -40)), 'without its last 40 bytes').rejects.toThrow(/\w{4}/);
    },
  );

  it('refuses a truncated picture though the crop takes none of what is missing', async () => {
    const whole = await noisePicture(40, 300).jpeg().toBuffer();
    await expect(decode(whole.subarray(0, Math.floor(0.9 * whole.length)))).rejects.toThrow(
      'truncated: the JPEG file has no end',
    );
  });

  it('refuses a PNG that lacks only its end', async () => {
    const whole = await grayPicture(4, 4, () => 7).toBuffer();
    await expect(decode(whole.subarray(0, -12))).rejects.toThrow('truncated: the PNG file has no end');
    expect(await decode(Buffer.concat([whole, Buffer.from('more')]))).toEqual(Array(48).fill(7));
  });

  it('refuses a PNG that has its end but lacks some of its middle', async () => {
    const whole = await noisePicture(40, 300).png({ compressionLevel: 0 }).toBuffer();
    const [from, to] = [0.4, 0.6].map((share) => Math.floor(share * whole.length));
    await expect(decode(Buffer.concat([whole.subarray(0, from), whole.subarray(to)]))).rejects.toThrow(/\w{4}/);
    // A whole chunk of pixels is missing, and all that is left has its CRC.
    const chunks = chunksOf(whole);
    const data = chunks.filter((chunk) => chunk.toString('latin1', 4, 8) === 'IDAT');
    const split = data.flatMap((chunk) => splitData(chunk));
    const others = chunks.filter((chunk) => !data.includes(chunk));
    const lacking = [whole.subarray(0, 8), others[0]!, ...split.slice(1), ...others.slice(1)];
    await expect(decode(Buffer.concat(lacking))).rejects.toThrow(/\w{4}/);
    const complete = [whole.subarray(0, 8), others[0]!, ...split, ...others.slice(1)];
    expect(await decode(Buffer.concat(complete))).toEqual(await decode(whole));
  });

  it('refuses what is no picture, with a reason that does not repeat the path', async () => {
    await expect(decode(Buffer.from('not a picture'))).rejects.toThrow(
      /^Input file contains unsupported image format$/,
    );
    await expect(decode(new Uint8Array(0))).rejects.toThrow(/^an empty file$/);
    const path = join(folder, 'absent.png');
    const error = await decodeImage(path, { size: 4, fit: 'crop', background: 'black' }).catch((e: Error) => e);
    expect((error as Error).message).toMatch(/missing/);
    expect((error as Error).message).not.toContain(folder);
  });

  it('refuses a picture of 20,000 x 20,000 by its header', async () => {
    const huge = Buffer.from(await grayPicture(4, 4, () => 7).toBuffer());
    huge.writeUInt32BE(20_000, 16);
    huge.writeUInt32BE(20_000, 20);
    huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
    await expect(decode(huge)).rejects.toThrow('20000 x 20000 pixels are more than the limit of 100 million');
    expect(MAX_PIXELS).toBe(100_000_000);
  });
});
