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

describe('decodeImage', () => {
  it('pads a wide picture above and below with the background', async () => {
    const picture = () => grayPicture(4, 2, () => 200);
    const black = await decode(picture(), { fit: 'pad' });
    expect([0, 1, 2, 3].map((y) => at(black, 0, y)[0])).toEqual([0, 200, 200, 0]);
    const white = await decode(picture(), { fit: 'pad', background: 'white' });
    expect([0, 1, 2, 3].map((y) => at(white, 0, y)[0])).toEqual([255, 200, 200, 255]);
  });

  it('scales the full range of 16-bit gray to 8 bits', async () => {
    const levels = [0, 255, 256, 4095, 128 * 257, 65_279, 65_280, 65_535];
    const image = await decodeFile(deepPicture(4, 4, (x, y) => levels[(y * 4 + x) % 8]!));
    const pixels = [...image.pixels];
    expect(image.deep).toBe('gray');
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

  it('stretches a picture without its proportions', async () => {
    const pixels = await decode(
      grayPicture(40, 4, (x) => (x < 20 ? 0 : 200)),
      { fit: 'stretch' },
    );
    const row = [0, 1, 2, 3].map((x) => at(pixels, x, 2)[0]!);
    expectClose(row, [0, 0, 200, 200], { absolute: 20 }); // Lanczos overshoots at an edge
  });

  const deep = () =>
    sharp(
      Uint16Array.from({ length: 400 }, (_, i) => [65_535, 32_768, 0, 32_768][i % 4]!),
      { raw: { width: 10, height: 10, channels: 4 } },
    ).toColourspace('rgb16');
  it.each<[string, Sharp, boolean, number[]]>([
    ['colours', flatPicture(4, 4, 200, 100, 50, 128), true, [227, 177, 152]],
    ['colours that shrink', flatPicture(40, 40, 200, 100, 50, 128), true, [227, 177, 152]],
    ['nothing', flatPicture(40, 40, 200, 100, 50, 255), false, [200, 100, 50]],
    ['gray', flatPicture(40, 40, 200, 128), true, [227, 227, 227]],
    ['all of gray', flatPicture(4, 4, 0, 0), true, [255, 255, 255]],
    ['16 bits', deep().png(), true, [255, 191, 127]],
    ['a palette', flatPicture(40, 40, 200, 100, 50, 0).png({ palette: true }), true, [255, 255, 255]],
    ['no channel of it', flatPicture(4, 4, 200, 100, 50), false, [200, 100, 50]],
  ])(
    'flattens transparency of %s on the background, and tells whether there is any',
    async (_, picture, any, pixel) => {
      const { transparent, pixels } = await decodeFile(picture, { background: 'white' });
      expect(transparent).toBe(any);
      expectClose(at([...pixels], 1, 1), pixel, { absolute: 1 });
    },
  );

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

  it('turns a picture as its EXIF orientation says, and a long strip before it takes its middle', async () => {
    // Stored lying: the left half white. Orientation 6 turns it clockwise: the upper half is white.
    const stored = grayPicture(40, 20, (x) => (x < 20 ? 255 : 0)).jpeg({ quality: 100 });
    const upright = await decode(stored.withMetadata({ orientation: 6 }), { fit: 'pad' });
    expectClose([at(upright, 1, 0)[0]!, at(upright, 1, 3)[0]!, at(upright, 0, 0)[0]!], [255, 0, 0], { absolute: 5 });
    const cropped = await decode(stored.withMetadata({ orientation: 8 }));
    expectClose([at(cropped, 1, 0)[0]!, at(cropped, 1, 3)[0]!], [0, 255], { absolute: 5 });
    const strip = grayPicture(400, 2, (x) => (x >= 192 && x < 208 ? 90 : 0)).tiff({ compression: 'none' });
    expect(await decode(strip.withMetadata({ orientation: 6 }))).toEqual(Array(48).fill(90));
  });

  it.each<[string, () => Sharp, Partial<ImageOptions>]>([
    ['levels', () => noisePicture(40, 26).png(), {}],
    ['levels of JPEG, whose sides its decoder rounds', () => noisePicture(331, 90).jpeg({ quality: 100 }), {}],
    ['several channels', () => noisePicture(40, 26).ensureAlpha(0.5).png(), { channels: 4 }],
    ['a long strip', () => noisePicture(400, 2).png(), {}],
  ])('gives %s, turned by an orientation that is given, as if it lay so in its file', async (_, picture, options) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const file = (exif: number) => picture().withMetadata({ orientation: exif }).toBuffer();
      const upright = await sharp(await file(orientation))
        .autoOrient()
        .png()
        .toBuffer();
      for (const fit of ['crop', 'pad', 'stretch'] as const) {
        const asked = { ...options, size: '6x4', fit } as const;
        const turned = await decodeFile(await file(9 - orientation), { ...asked, orientation });
        const { origin, pixels } = await decodeFile(upright, asked);
        expect(turned).toMatchObject({ origin, pixels });
      }
    }
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
