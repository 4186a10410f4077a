import type { ImageShape } from '@onnoise/scheduler/model';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { captionedStrip } from '#runtime-node/charts/captions.ts';
import { lineChart, lineChartSvg, logTicks, ticks } from '#runtime-node/charts/chart.ts';
import { animatedWebp, animation, png, sheet, strip } from '#runtime-node/pictures/encode.ts';
import { checkPictureSize, PICTURE_FORMATS } from '#runtime-node/pictures/formats.ts';
import { tile } from '#runtime-node/pictures/pixels.ts';
import { expectClose } from '#test/compare.ts';

/** Model values of whole bytes, so that pictures can be compared exactly. */
const values = (...bytes: number[]) => Float32Array.from(bytes, (byte) => byte / 127.5 - 1);

describe('tile', () => {
  test('lays images out left to right, top to bottom, enlarged by nearest neighbour, and leaves the rest white', () => {
    const side = (max: number, min = 1) => fc.integer({ min, max });
    const batch = fc.tuple(side(7), side(8), side(3), side(3, 0), fc.constantFrom(1 as const, 3 as const));
    fc.assert(
      fc.property(batch, ([count, columns, scale, gap, channels]) => {
        const bytes = Array.from({ length: count * channels * 6 }, (_, i) => i);
        const picture = tile(values(...bytes), [channels, 2, 3], { columns, scale, gap });
        const [across, down] = [3 * scale + gap, 2 * scale + gap];
        const used = Math.min(columns, count);
        expect(picture).toMatchObject({
          width: used * across + gap,
          height: Math.ceil(count / used) * down + gap,
          channels,
        });
        picture.data.forEach((value, i) => {
          const [x, y] = [
            (Math.floor(i / channels) % picture.width) - gap,
            Math.floor(i / channels / picture.width) - gap,
          ];
          const n = Math.floor(x / across) + used * Math.floor(y / down);
          const [left, top] = [x - across * Math.floor(x / across), y - down * Math.floor(y / down)];
          const inside = x >= 0 && y >= 0 && left < 3 * scale && top < 2 * scale && n < count;
          const pixel = Math.floor(left / scale) + 3 * Math.floor(top / scale);
          if (value !== (inside ? (n * channels + (i % channels)) * 6 + pixel : 255))
            expect.unreachable(`${i} is ${value}`);
        });
      }),
      { numRuns: 50 },
    );
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

  test.each<[number, ImageShape, object, string]>([
    [4, [9, 1, 2], {}, 'shape must be [1 to 8, height, width]'],
    [4, [1, 0, 2], {}, 'received [1, 0, 2]'],
    [4, [1, 1, 3], {}, 'received 4 values'],
    [0, [1, 1, 3], {}, 'received 0 values'],
    [4, [1, 2, 2], { columns: 0 }, 'columns must be a whole number of at least 1'],
    [4, [1, 2, 2], { scale: 1.5 }, 'scale must be'],
    [4, [1, 2, 2], { gap: -1 }, 'gap must be'],
  ])('refuses %i values as %j, %j', (length, shape, options, says) => {
    expect(() => tile(new Float32Array(length), shape, options)).toThrow(says);
  });
});

describe('png, sheet and strip', () => {
  test('png keeps a gray picture in one channel, pixel for pixel, and refuses a batch', async () => {
    const file = await png(values(0, 80, 160, 255), [1, 2, 2]);
    expect(await sharp(file).metadata()).toMatchObject({ width: 2, height: 2, channels: 1 });
    expect([...(await sharp(file).toColourspace('b-w').raw().toBuffer())]).toEqual([0, 80, 160, 255]);
    await expect(png(values(1, 2), [1, 1, 1])).rejects.toThrow('image must be one image');
  });

  test('sheet is nearest to a square by default and small images are enlarged; strip is one row', async () => {
    const square = await sharp(await sheet(new Float32Array(64 * 28 * 28), [1, 28, 28])).metadata();
    expect([square.width, square.height]).toEqual([8 * 86 + 2, 8 * 86 + 2]);
    const row = await sharp(await strip(new Float32Array(10 * 4), [1, 2, 2], { scale: 1, gap: 0 })).metadata();
    expect([row.width, row.height]).toEqual([20, 2]);
  });
});

describe('the formats of a sheet', () => {
  /** What sharp calls it, and the most that it may change a value from 0 to 255. */
  const written: Record<(typeof PICTURE_FORMATS)[number], [name: string, loss: number]> = {
    png: ['png', 0],
    jpg: ['jpeg', 24],
    jpeg: ['jpeg', 24],
    webp: ['webp', 0],
    avif: ['heif', 0],
    tiff: ['tiff', 0],
    tif: ['tiff', 0],
    gif: ['gif', 3],
  };
  const rows = PICTURE_FORMATS.flatMap((format) => [1, 3].map((channels) => [format, channels] as const));

  test.each(rows)('%s of %i channels has its format, its size and its pixels', async (format, channels) => {
    const bytes = values(...Array.from({ length: channels * 8 * 8 * 2 }, (_, i) => (i * 37) % 256));
    const shape = [channels, 8, 8] as ImageShape;
    const file = await sheet(bytes, shape, 2, { format });
    const { format: found, width, height } = await sharp(file).metadata();
    const [name, absolute] = written[format];
    expect([found, width, height]).toEqual([name, 2 + 2 * (8 * 12 + 2), 8 * 12 + 4]);
    const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const there = data.filter((_, i) => i % info.channels < channels);
    expectClose(there, tile(bytes, shape, { columns: 2 }).data, { absolute });
  });

  test.each([
    ['webp', { width: 16_383, height: 2, channels: 3 }, 1, undefined],
    [
      'webp',
      { width: 16_384, height: 2, channels: 3 },
      1,
      'as WebP: the sheet must be at most 16383 pixels wide and high, received 16384 x 2.',
    ],
    [
      'png',
      { width: 2 ** 16, height: 2 ** 14, channels: 3 },
      1,
      'as PNG: the sheet must take at most 1 GiB, received 3.0 GiB.',
    ],
    [
      'gif',
      { width: 2 ** 12, height: 2 ** 12, channels: 1 },
      100,
      'as GIF: the 100 frames must take at most 1 GiB, received 1.6 GiB.',
    ],
  ] as const)('hold what they can hold: %s of %j', (format, size, frames, says) => {
    const check = () => checkPictureSize(format, size, frames);
    if (says === undefined) expect(check()).toBe(16_383 * 6);
    else expect(check).toThrow(`Cannot draw images ${says}`);
  });

  test('are larger than what sharp takes unasked, where a sheet is', { tags: 'long' }, async () => {
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
  const bytes = [
    [0, 50, 100, 150],
    [255, 200, 100, 0],
    [255, 0, 0, 255],
  ];
  const frames = bytes.map((frame) => values(...frame));
  const options = { scale: 1, gap: 0, delay: 40, hold: 900 };

  test.each(['webp', 'gif'] as const)('of the format %s loops over the frames and holds the last', async (format) => {
    const file = await animation(frames, [1, 2, 2], { ...options, format });
    const found = await sharp(file, { pages: -1 }).metadata();
    expect(found).toMatchObject({ format, width: 2, pageHeight: 2, pages: 3, loop: 0, delay: [40, 40, 900] });
    if (format === 'gif') return;
    expect(file).toEqual(await animatedWebp(frames, [1, 2, 2], options));
    const { data, info } = await sharp(file, { animated: true }).raw().toBuffer({ resolveWithObject: true });
    expect([...data].filter((_, i) => i % info.channels === 0)).toEqual(bytes.flat());
  });

  test('refuses no frames and frames of different sizes', async () => {
    await expect(animatedWebp([], [1, 1, 1])).rejects.toThrow('frames must be at least 1');
    await expect(animatedWebp([values(1), values(1, 2)], [1, 1, 1])).rejects.toThrow('equally many images');
  });
});

describe('captionedStrip', () => {
  test.each([
    [1, 28, 28, 140],
    [3, 32, 32, 128],
    [1, 300, 300, 300],
    [1, 40, 64, 120],
    [1, 96, 32, 96],
  ])('draws %i x %i x %i pixels %i wide under captions in ink, as they are', async (channels, across, height, cell) => {
    const shape = [channels, height, across] as ImageShape;
    const images = Float32Array.from({ length: 2 * channels * across * height }, (_, i) => Math.sin(i * i));
    const picture = sharp(await captionedStrip(images, shape, ['timestep 999', 'finished']));
    expect(await picture.metadata()).toMatchObject({ width: 2 * (cell + 4) + 4, channels });
    const { data, info } = await (channels === 1 ? picture.toColourspace('b-w') : picture)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const row = tile(images, shape, { columns: 2, scale: cell / across, gap: 4 });
    const above = (info.height - row.height) * row.width * channels;
    expect(data.subarray(above).equals(Buffer.from(row.data))).toBe(true);
    // Dark enough to read: darker than gray.
    const inked = (from: number) =>
      data.subarray(0, above).filter((value, i) => {
        const x = Math.floor(i / channels) % row.width;
        return i % channels === 0 && x >= from && x < from + cell && value < 110;
      }).length;
    for (const from of [4, 8 + cell]) expect(inked(from)).toBeGreaterThan(40);
  });

  test('refuses other than one caption for each image', async () => {
    await expect(captionedStrip(new Float32Array(2), [1, 1, 1], ['a'])).rejects.toThrow(
      'captions must be one for each of 2 images, received 1',
    );
  });
});

describe('lineChart', () => {
  const loss = { name: 'loss', x: [0, 10, 20], y: [1, 0.5, 0.25] };

  test('draws a PNG of the size asked for', async () => {
    const file = await lineChart({ series: [loss], width: 300, height: 200 });
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([300, 200]);
    expect(data.filter((value, i) => i % 3 === 2 && value > data[i - 2]! + 60).length).toBeGreaterThan(100); // blue
  });

  const small = { width: 300, height: 200 };
  const legend = 'height="24" fill="#ffffff" fill-opacity="0.8"';
  test.each<[string, Parameters<typeof lineChartSvg>[0], ...drawn: string[]]>([
    [
      'the first point at the left and the greatest value at the top',
      { series: [loss], ...small },
      'd="M70 20L175 106.67L280 150"',
    ],
    [
      'no line at a value that is not finite',
      { series: [{ name: 'a', x: [0, 1, 2, 3], y: [0, Number.NaN, 1, 0.5] }] },
      'd="M70 400h0M543.33 20L780 210"',
    ],
    [
      'no value on a logarithmic axis that is not positive',
      { logY: true, series: [{ name: 'a', x: [0, 1, 2], y: [0, 1, 100] }] },
      'd="M70 400L780 20"',
    ],
    [
      'the names that series have',
      { logX: true, series: ['', 'mean'].map((name) => ({ ...loss, name, x: [1, 10, 100] })), ...small },
      'd="M70 20L175 106.67L280 150"',
      legend,
    ],
  ])('draws %s', (_, options, ...drawn) => {
    const svg = lineChartSvg(options);
    for (const part of drawn) expect(svg).toContain(part);
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

  test.each([[5], []])('draws a series of the points %j', (...x) => {
    expect(lineChartSvg({ series: [{ name: 'a', x, y: x }] })).not.toContain('NaN');
  });

  test('refuses no series and missing values', () => {
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
    [1e-12, 1, [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1]],
  ])('from %d to %d are at 1, 2 and 5, at powers, or as on a plain axis', (from, to, expected) => {
    expect(logTicks(from, to, 6)).toEqual(expected.map((tick) => expect.closeTo(tick, 14)));
  });

  test('lie within the range, rise, and are some but not many', () => {
    const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(double(-8, 4), double(0.01, 10), (low, span) => {
        const [from, to] = [10 ** low * (1 - 1e-6), 10 ** (low + span) * (1 + 1e-6)];
        const found = logTicks(10 ** low, 10 ** (low + span), 6);
        expect(found.length).toSatisfy((count: number) => count >= 2 && count <= 9);
        expect(found).toEqual(found.toSorted((a, b) => a - b).filter((tick) => tick >= from && tick <= to));
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
