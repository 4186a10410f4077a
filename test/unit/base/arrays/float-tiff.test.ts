import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { AROUND_PAGE, writeFloatTiff } from '#base/arrays/index.ts';
import { sentenceOf } from '#test/sentence.ts';

const values = (count: number) => Float32Array.from({ length: count }, (_, i) => -1024.5 + 40.25 * i + 1e-4 * i * i);

/** The floats of a page as libtiff reads them. */
async function pageOf(file: Buffer, page: number, [height, width]: [number, number]) {
  const { data, info } = await sharp(file, { page }).raw({ depth: 'float' }).toBuffer({ resolveWithObject: true });
  expect([info.height, info.width]).toEqual([height, width]);
  const floats = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
  return floats.filter((_, i) => i % info.channels === 0);
}

describe('TIFF of floats', () => {
  it.each([
    [1, 6, 8],
    [3, 5, 7],
    [2, 1, 1],
  ] as const)('has %i pages of %i x %i values, as they are', async (pages, height, width) => {
    const all = values(pages * height * width);
    const file = writeFloatTiff(all, [pages, height, width], 'a test');
    const { depth, channels, space, pages: found = 1 } = await sharp(file).metadata();
    expect([depth, channels, space, found]).toEqual(['float', 1, 'b-w', pages]);
    for (let page = 0; page < pages; page++) {
      const plane = height * width;
      expect(await pageOf(file, page, [height, width])).toEqual(all.subarray(page * plane, (page + 1) * plane));
    }
    expect(file.length).toBeLessThanOrEqual(8 + pages * (4 * height * width + AROUND_PAGE));
    expect(file.subarray(0, 1024).includes('\0a test\0')).toBe(true);
  });

  it('takes a part of longer values, and a short name of its software', async () => {
    const file = writeFloatTiff(values(96).subarray(48), [1, 6, 8], 'me');
    expect(await pageOf(file, 0, [6, 8])).toEqual(values(96).subarray(48));
  });

  it('is refused where 32 bits cannot reach all of it', async () => {
    const written = async () => writeFloatTiff(new Float32Array(), [70_000, 128, 128], 'a test');
    expect(await sentenceOf(written())).toBe(
      'Cannot write a TIFF: its pages must take at most 4 GiB, received 4.3 GiB.',
    );
  });
});
