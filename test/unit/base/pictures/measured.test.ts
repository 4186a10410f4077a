import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '#base/pictures/decode.ts';
import type { ImageOptions } from '#base/pictures/types.ts';
import { allPixels, prepare, temporaryFolder, writeFiles } from '#test/pictures/images.ts';
import { type Kind, tiff } from '#test/pictures/tiff.ts';

const folder = temporaryFolder();
let files = 0;

const OPTIONS = { size: 4, fit: 'stretch', background: 'black' } as const;

function decode(file: Buffer, options: Partial<ImageOptions> = {}) {
  const path = join(folder, `picture-${files++}.tif`);
  writeFileSync(path, file);
  return decodeImage(path, { ...OPTIONS, ...options });
}

/** The pixels of its row. */
const row = async (file: Buffer, window?: string) => [...(await decode(file, { window })).pixels.subarray(0, 4)];

describe('a TIFF of measurements', () => {
  it.each<[Kind, number, number[]]>([
    ['float', 32, [0, 0.2, 0.6, 1]],
    ['float', 32, [0, 819, 2457, 4095]],
    ['float', 32, [-1e6, -6e5, 2e5, 1e6]],
    ['int', 32, [-500_000, -300_000, 100_000, 500_000]],
    ['int', 32, [0, 819, 2457, 4095]],
    ['uint', 32, [0, 8e8, 24e8, 4e9]],
    ['int', 8, [-100, -60, 20, 100]],
  ])('of %s of %i bits %j is black at its least value and white at its greatest', async (kind, bits, values) => {
    for (const window of [undefined, 'dicom', 'auto']) {
      expect(await row(tiff(kind, bits, values), window)).toEqual([0, 51, 153, 255]);
    }
  });

  it('takes a window in its own values', async () => {
    const file = tiff('float', 32, [-0.5, 0.25, 0.5, 2]);
    expect(await row(file, '0.5,1')).toEqual([0, 64, 128, 255]);
  });

  it('of colour has one range for all channels', async () => {
    const values = [0, 1, 5, 1, 2, 0, 5, 5, 5, 0, 0, 0];
    const { pixels } = await decode(tiff('float', 32, values));
    expect([...pixels.subarray(0, 12)]).toEqual(values.map((value) => 51 * value));
    expect((await decode(tiff('uint', 32, values))).pixels).toEqual(pixels);
  });

  it('of one value alone is blank, unless a window shows it', async () => {
    const file = tiff('float', 32, [0.3, 0.3, 0.3, 0.3]);
    await expect(decode(file)).rejects.toThrow('blank: all its values are the same');
    expect(await row(file, '0.5,1')).toEqual([77, 77, 77, 77]);
  });

  it('has its range from its finite values, and says that it has others', async () => {
    const { NaN: none, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number;
    expect(await row(tiff('float', 32, [none, 2, 3, 4]))).toEqual([0, 0, 128, 255]);
    const { pixels, infinite } = await decode(tiff('float', 32, [least, 0, 1, most]));
    expect([[...pixels.subarray(0, 4)], infinite]).toEqual([[0, 0, 255, 255], true]);
    expect((await decode(tiff('float', 32, [0, 1, 2, 3]))).infinite).toBe(false);
    await expect(decode(tiff('float', 32, [none, none, most, least]))).rejects.toThrow(
      'it has no value that is a finite number',
    );
  });

  it.each<[string, Buffer, string]>([
    ['signed numbers of 16 bits', tiff('int', 16, [-1, 0, 1, 2]), 'its values are signed or real numbers of 16 bits'],
    ['half floats', tiff('float', 16, [0, 0, 0, 0]), 'its values are signed or real numbers of 16 bits'],
    ['doubles', tiff('float', 64, [0, 1, 2, 3]), 'its values have more than 32 bits'],
  ])('of %s is refused', async (_, file, reason) => {
    const advice = 'save it as 32-bit floats, or as unsigned 8 or 16 bits';
    for (const window of [undefined, 'auto']) {
      await expect(decode(file, { window })).rejects.toThrow(`${reason}: ${advice}`);
    }
  });

  it('with transparency is refused', async () => {
    const file = tiff('float', 32, [0, 1, 0.5, 1, 0.5, 1, 1, 0.5], { alpha: true });
    await expect(decode(file)).rejects.toThrow(
      '2 numbers each (float), transparency among them: save it as gray or RGB',
    );
  });

  it('of several channels has one range for all, or a window, where these are asked for', async () => {
    const values = [0, 1, 5, 1, 2, 0, 5, 5, 5, 0, 0, 0, 3, 3, 4, -5];
    const file = tiff('float', 32, values);
    const channel = (pixels: ArrayLike<number>, c: number) => Array.from({ length: 4 }, (_, i) => pixels[16 * c + i]);
    const all = await decode(file, { channels: 4 });
    expect(all).toMatchObject({ measured: true, windowed: true, infinite: false });
    const level = (value: number) => Math.floor((Math.round(((value + 5) / 10) * 65_535) + 128) / 257);
    for (const c of [0, 1, 2, 3]) {
      const own = values.filter((_, i) => i % 4 === c);
      expect(channel(all.pixels, c)).toEqual(own.map(level));
      const windowed = await decode(file, { channels: 4, window: '2.5,5' });
      expect(channel(windowed.pixels, c)).toEqual(own.map((value) => 51 * Math.max(0, value)));
    }
    const { pixels } = await decode(file, { channels: 4, depth: 16 });
    expect(channel(pixels, 3)).toEqual([39_321, 65_535, 32_768, 0]);
    const { NaN: none, POSITIVE_INFINITY: most } = Number;
    const odd = await decode(tiff('float', 32, [0, none, 4, most, 4, 2, 4, 0]), { channels: 2 });
    expect([channel(odd.pixels, 0), channel(odd.pixels, 1), odd.infinite]).toEqual([
      [0, 255, 255, 255],
      [0, 255, 128, 0],
      true,
    ]);
  });

  const numbers = (count: number, options = {}) => tiff('float', 32, [...Array(count).keys()], options);
  it.each<[string, Buffer, number | undefined, string]>([
    ['without being asked', numbers(16), undefined, 'it has 4 channels, which are no colours: --channels 4 keeps them'],
    ['that are no colours', numbers(8), undefined, 'it has 2 channels, which are no colours: --channels 2 keeps them'],
    ['of another number', numbers(16), 5, 'it has 4 channels, and --channels 5 asks for 5'],
    ['one of them transparency', numbers(8, { alpha: true }), 2, 'its pixels are 2 numbers each (float), not levels'],
    ['of one alone', numbers(4), 2, 'its pixels are 1 numbers each (float), not levels'],
  ])('of several channels is refused: %s', async (_, file, channels, reason) => {
    await expect(decode(file, channels === undefined ? {} : { channels })).rejects.toThrow(reason);
  });

  it('is told of in a note', async () => {
    const data = await writeFiles(join(folder, 'set'), {});
    writeFileSync(join(data, '1.tif'), tiff('float', 32, [0, 1, 2, 5]));
    writeFileSync(join(data, '2.tif'), tiff('float', 32, [Number.NaN, 1, 2, 6]));
    const at = { data, cacheDir: join(folder, 'cache'), size: 4, fit: 'stretch' } as const;
    const dataset = await prepare(at);
    expect((await allPixels(dataset)).subarray(0, 4)).toEqual(Uint8Array.of(0, 51, 102, 255));
    const infinite = '1 image with values that are not finite: NaN and -Infinity become black, Infinity white.';
    expect(dataset.notes).toEqual([
      "2 images of floats, 32-bit or signed integers: the lowest value of each is black and its highest white ('--window centre,width' gives them all one range).",
      infinite,
    ]);
    expect((await prepare({ ...at, window: '2,4' })).notes).toEqual([infinite]);
  });
});
