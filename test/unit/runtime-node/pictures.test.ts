import type { ImageShape } from '@onnoise/scheduler/model';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { lineChart, lineChartSvg, logTicks, ticks } from '#runtime-node/pictures/chart.ts';
import { animatedWebp, animation, png, sheet, strip } from '#runtime-node/pictures/encode.ts';
import { checkPictureSize, PICTURE_FORMATS } from '#runtime-node/pictures/formats.ts';
import { tile } from '#runtime-node/pictures/pixels.ts';

const raw = async (file: Buffer) => {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
};
/** Model values of whole bytes, so that pictures can be compared exactly. */
const values = (...bytes: number[]) => Float32Array.from(bytes, (byte) => byte / 127.5 - 1);

describe('tile', () => {
  test('lays images out left to right, top to bottom, and leaves the rest white', () => {
    const picture = tile(values(1, 2, 3), [1, 1, 1], { columns: 2, scale: 1, gap: 1 });
    expect([picture.width, picture.height, picture.channels]).toEqual([5, 5, 1]);
    const W = 255;
    expect([...picture.data]).toEqual([
      ...[W, W, W, W, W],
      ...[W, 1, W, 2, W],
      ...[W, W, W, W, W],
      ...[W, 3, W, W, W],
      ...[W, W, W, W, W],
    ]);
  });

  test('enlarges by nearest neighbour and interleaves the channels', () => {
    const picture = tile(values(1, 2, 3, 4, 5, 6), [3, 1, 2], { columns: 1, scale: 2, gap: 0 });
    const row = [1, 3, 5, 1, 3, 5, 2, 4, 6, 2, 4, 6];
    expect([...picture.data]).toEqual([...row, ...row]);
  });

  test('shows the channels that are asked for, one in gray or three as colours', () => {
    const image = values(1, 2, 3, 4, 5, 6, 7, 8);
    const shape: ImageShape = [4, 1, 2];
    const shown = (show?: number[]) => tile(image, shape, { scale: 1, gap: 0, show });
    expect([shown().channels, [...shown().data]]).toEqual([1, [1, 2]]);
    expect([...shown([2]).data]).toEqual([5, 6]);
    expect([shown([3, 0, 1]).channels, [...shown([3, 0, 1]).data]]).toEqual([3, [7, 1, 3, 8, 2, 4]]);
    for (const wrong of [[4], [0, 1], [], [-1]]) {
      expect(() => shown(wrong)).toThrow('Cannot draw images: show must be 1 or 3 channels from 0 to 3, received');
    }
  });

  test('a picture of N images holds each image as it is alone', () => {
    const batch = fc.record({
      count: fc.integer({ min: 1, max: 7 }),
      columns: fc.integer({ min: 1, max: 8 }),
      scale: fc.integer({ min: 1, max: 3 }),
      gap: fc.integer({ min: 0, max: 3 }),
      channels: fc.constantFrom(1 as const, 3 as const),
    });
    fc.assert(
      fc.property(batch, ({ count, columns, scale, gap, channels }) => {
        const shape: ImageShape = [channels, 2, 3];
        const size = channels * 6;
        const images = Float32Array.from({ length: count * size }, (_, i) => Math.sin(i));
        const whole = tile(images, shape, { columns, scale, gap });
        for (let n = 0; n < count; n++) {
          const alone = tile(images.subarray(n * size, (n + 1) * size), shape, { scale, gap: 0 });
          const left = gap + (n % columns) * (3 * scale + gap);
          const top = gap + Math.floor(n / columns) * (2 * scale + gap);
          for (let y = 0; y < alone.height; y++) {
            const from = ((top + y) * whole.width + left) * channels;
            const row = alone.width * channels;
            expect(whole.data.subarray(from, from + row)).toEqual(alone.data.subarray(y * row, (y + 1) * row));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('rejects wrong shapes, torn batches and options that are not whole numbers', () => {
    const image = new Float32Array(4);
    expect(() => tile(image, [9, 1, 2])).toThrow('shape must be [1 to 8, height, width]');
    expect(() => tile(image, [1, 0, 2])).toThrow('received [1, 0, 2]');
    expect(() => tile(image, [1, 1, 3])).toThrow('received 4 values');
    expect(() => tile(new Float32Array(0), [1, 1, 3])).toThrow('received 0 values');
    expect(() => tile(image, [1, 2, 2], { columns: 0 })).toThrow('columns must be a whole number of at least 1');
    expect(() => tile(image, [1, 2, 2], { scale: 1.5 })).toThrow('scale must be');
    expect(() => tile(image, [1, 2, 2], { gap: -1 })).toThrow('gap must be');
  });
});

describe('png, sheet and strip', () => {
  test('png keeps a gray picture in one channel, pixel for pixel', async () => {
    const file = await png(values(0, 80, 160, 255), [1, 2, 2]);
    const { width, height, channels } = await sharp(file).metadata();
    expect([width, height, channels]).toEqual([2, 2, 1]);
    expect([...(await sharp(file).toColourspace('b-w').raw().toBuffer())]).toEqual([0, 80, 160, 255]);
  });

  test('png keeps colours', async () => {
    const { data, channels } = await raw(await png(values(255, 0, 10, 20, 30, 40), [3, 1, 2]));
    expect([channels, ...data]).toEqual([3, 255, 10, 30, 0, 20, 40]);
  });

  test('png refuses a batch', async () => {
    await expect(png(values(1, 2), [1, 1, 1])).rejects.toThrow('image must be one image');
  });

  test('sheet is nearest to a square by default and small images are enlarged', async () => {
    const { width, height } = await raw(await sheet(new Float32Array(64 * 28 * 28), [1, 28, 28]));
    expect([width, height]).toEqual([8 * 86 + 2, 8 * 86 + 2]);
  });

  test('strip is one row', async () => {
    const { width, height } = await raw(await strip(new Float32Array(10 * 4), [1, 2, 2], { scale: 1, gap: 0 }));
    expect([width, height]).toEqual([20, 2]);
  });

  test('the same images give the same bytes', async () => {
    const images = Float32Array.from({ length: 9 * 64 }, (_, i) => Math.sin(i * i));
    expect(await sheet(images, [1, 8, 8])).toEqual(await sheet(images, [1, 8, 8]));
  });
});

describe('the formats of a sheet', () => {
  const written = {
    png: 'png',
    jpg: 'jpeg',
    jpeg: 'jpeg',
    webp: 'webp',
    avif: 'heif',
    tiff: 'tiff',
    tif: 'tiff',
    gif: 'gif',
  };
  /** Most that a format may change a value from 0 to 255. */
  const loss = { png: 0, jpg: 24, jpeg: 24, webp: 0, avif: 0, tiff: 0, tif: 0, gif: 3 };

  test.each(PICTURE_FORMATS.flatMap((format) => ([1, 3] as const).map((channels) => [format, channels] as const)))(
    '%s of %i channels has its format, its size and its pixels',
    async (format, channels) => {
      const bytes = Array.from({ length: channels * 8 * 8 * 2 }, (_, i) => (i * 37) % 256);
      const shape: ImageShape = [channels, 8, 8];
      const file = await sheet(values(...bytes), shape, 2, { format });
      const { format: found, width, height } = await sharp(file).metadata();
      expect([found, width, height]).toEqual([written[format], 2 + 2 * (8 * 12 + 2), 8 * 12 + 4]);
      const expected = tile(values(...bytes), shape, { columns: 2 }).data;
      const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      let largest = 0;
      expected.forEach((value, i) => {
        const there = data[Math.floor(i / channels) * info.channels + (i % channels)]!;
        largest = Math.max(largest, Math.abs(value - there));
      });
      expect(largest).toBeLessThanOrEqual(loss[format]);
    },
  );

  test('hold what they can hold', () => {
    expect(checkPictureSize('webp', { width: 16_383, height: 2, channels: 3 })).toBe(16_383 * 6);
    expect(() => checkPictureSize('webp', { width: 16_384, height: 2, channels: 3 })).toThrow(
      'Cannot draw images as WebP: the sheet must be at most 16383 pixels wide and high, received 16384 x 2.',
    );
    expect(() => checkPictureSize('png', { width: 2 ** 16, height: 2 ** 14, channels: 3 })).toThrow(
      'Cannot draw images as PNG: the sheet must take at most 1 GiB, received 3.0 GiB.',
    );
    expect(() => checkPictureSize('gif', { width: 2 ** 12, height: 2 ** 12, channels: 1 }, 100)).toThrow(
      'Cannot draw images as GIF: the 100 frames must take at most 1 GiB, received 1.6 GiB.',
    );
  });

  test('are larger than what sharp takes unasked, where a sheet is', { tags: 'long', timeout: 60_000 }, async () => {
    // It is mostly gap, since background is faster to make than pixels.
    const options = { scale: 1, gap: 8_200, format: 'jpg' } as const;
    const file = await sheet(new Float32Array(600 * 100), [1, 600, 100], 1, options);
    expect(await sharp(file, { limitInputPixels: false }).metadata()).toMatchObject({
      width: 16_500,
      height: 17_000,
    });
  });
});

describe('animation', () => {
  test.each(['webp', 'gif'] as const)('of the format %s loops over the frames and holds the last', async (format) => {
    const frames = [values(0, 50, 100, 150), values(255, 200, 100, 0), values(9, 9, 9, 9)];
    const file = await animation(frames, [1, 2, 2], { scale: 1, gap: 0, delay: 40, hold: 900, format });
    const found = await sharp(file, { pages: -1 }).metadata();
    expect(found).toMatchObject({ format, width: 2, pageHeight: 2, pages: 3, loop: 0, delay: [40, 40, 900] });
  });
});

describe('animatedWebp', () => {
  test('holds every frame losslessly, with the last one held longer', async () => {
    const frames = [values(0, 50, 100, 150), values(20, 20, 20, 20), values(255, 0, 0, 255)];
    const file = await animatedWebp(frames, [1, 2, 2], { scale: 1, gap: 0, delay: 40, hold: 900 });
    const metadata = await sharp(file, { animated: true }).metadata();
    expect([metadata.pages, metadata.width, metadata.pageHeight, metadata.delay]).toEqual([3, 2, 2, [40, 40, 900]]);
    const { data, info } = await sharp(file, { animated: true }).raw().toBuffer({ resolveWithObject: true });
    const gray = [...data].filter((_, i) => i % info.channels === 0);
    expect(gray).toEqual([0, 50, 100, 150, 20, 20, 20, 20, 255, 0, 0, 255]);
  });

  test('refuses no frames and frames of different sizes', async () => {
    await expect(animatedWebp([], [1, 1, 1])).rejects.toThrow('frames must be at least 1');
    await expect(animatedWebp([values(1), values(1, 2)], [1, 1, 1])).rejects.toThrow('equally many images');
  });
});

describe('lineChart', () => {
  const loss = { name: 'loss', x: [0, 10, 20], y: [1, 0.5, 0.25] };

  test('draws a PNG of the size asked for', async () => {
    const { width, height, data } = await raw(await lineChart({ series: [loss], width: 300, height: 200 }));
    expect([width, height]).toEqual([300, 200]);
    const blue = data.filter((value, i) => i % 3 === 2 && value > data[i - 2]! + 60).length;
    expect(blue).toBeGreaterThan(100);
  });

  test('puts the first point at the left and the greatest value at the top', () => {
    expect(lineChartSvg({ series: [loss], width: 300, height: 200 })).toContain('d="M70 20L175 106.67L280 150"');
  });

  test('breaks the line at a value that is not finite', () => {
    const svg = lineChartSvg({ series: [{ name: 'a', x: [0, 1, 2, 3], y: [0, Number.NaN, 1, 0.5] }] });
    expect(svg).toMatch(/d="M70 400h0M543.33 20L780 210"/);
  });

  test('a logarithmic axis leaves out what is not positive', () => {
    const svg = lineChartSvg({ logY: true, series: [{ name: 'a', x: [0, 1, 2], y: [0, 1, 100] }] });
    expect(svg).toMatch(/d="M70 400L780 20"/);
  });

  test('names in the legend the series that have a name, on a logarithmic x axis too', () => {
    const series = [
      { ...loss, name: '', x: [1, 10, 100] },
      { ...loss, name: 'mean', x: [1, 10, 100] },
    ];
    const svg = lineChartSvg({ logX: true, series, width: 300, height: 200 });
    expect(svg.match(/d="M70 20L175 106.67L280 150"/g)).toHaveLength(2);
    expect(svg).toContain('height="24" fill="#ffffff" fill-opacity="0.8"');
  });

  test('ticks a logarithmic axis at round values', () => {
    const svg = lineChartSvg({ logY: true, series: [{ name: 'a', x: [0, 1], y: [0.03, 0.3] }] });
    const lines = /d="([^"]*)" stroke="#dddddd"/.exec(svg)![1]!;
    const heights = [...lines.matchAll(/M70 ([\d.]+)H/g)].map(([, y]) => Number(y));
    const at = (value: number) => 400 - (Math.log10(value / 0.03) / 1) * 380;
    expect(heights).toEqual([0.05, 0.1, 0.2].map((value) => expect.closeTo(at(value), 1)));
  });

  test('draws a pale series in the colour of the one after it', () => {
    const series = [
      { ...loss, pale: true },
      { ...loss, name: 'smoothed' },
      { ...loss, name: 'held out' },
    ];
    const drawn = [...lineChartSvg({ series }).matchAll(/stroke="(#\w+)" (stroke-opacity|stroke-width="1.8")/g)];
    expect(drawn.map(([, colour, pen]) => [colour, pen])).toEqual([
      ['#1f6fb4', 'stroke-opacity'],
      ['#1f6fb4', 'stroke-width="1.8"'],
      ['#d95f02', 'stroke-width="1.8"'],
    ]);
  });

  test('draws a series of one point and one with no point at all', () => {
    expect(lineChartSvg({ series: [{ name: 'a', x: [5], y: [5] }] })).not.toContain('NaN');
    expect(lineChartSvg({ series: [{ name: 'a', x: [], y: [] }] })).not.toContain('NaN');
  });

  test('refuses no series and series with missing values', () => {
    expect(() => lineChartSvg({ series: [] })).toThrow('series must be at least 1');
    expect(() => lineChartSvg({ series: [{ name: 'loss', x: [1], y: [] }] })).toThrow(
      'loss must have one x for each y, received 1 and 0',
    );
  });
});

describe('logTicks', () => {
  test.each<[number, number, number[]]>([
    [0.03, 1.2, [0.05, 0.1, 0.2, 0.5, 1]],
    [0.001, 1, [0.001, 0.01, 0.1, 1]],
    [0.026, 0.0305, [0.026, 0.027, 0.028, 0.029, 0.03]],
    [0.5, 5, [0.5, 1, 2, 5]],
    [1e-12, 1, [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1]],
  ])('from %d to %d are at 1, 2 and 5, at powers, or as on a plain axis', (from, to, expected) => {
    const found = logTicks(from, to, 6);
    expect(found).toEqual(expected.map((tick) => expect.closeTo(tick, 14)));
  });

  test('lie within the range, rise, and are some but not many', () => {
    const exponent = fc.double({ min: -8, max: 4, noNaN: true });
    fc.assert(
      fc.property(exponent, fc.double({ min: 0.01, max: 10, noNaN: true }), (low, span) => {
        const [from, to] = [10 ** low, 10 ** (low + span)];
        const found = logTicks(from, to, 6);
        expect(found.length).toBeGreaterThanOrEqual(2);
        expect(found.length).toBeLessThanOrEqual(9);
        expect(found).toEqual([...found].sort((a, b) => a - b));
        expect(found[0]).toBeGreaterThanOrEqual(from * (1 - 1e-6));
        expect(found.at(-1)).toBeLessThanOrEqual(to * (1 + 1e-6));
      }),
    );
  });
});

describe('ticks', () => {
  test('are 1, 2 or 5 times a power of ten and lie within the range', () => {
    expect(ticks(0, 100, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(3, 9.5, 7)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    expect(ticks(-3, 0, 6)).toHaveLength(7);
  });
});
