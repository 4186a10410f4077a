import { InputError } from '@onnoise/scheduler/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digitPicture, fitPicture, scaledPicture } from '#site/state/picture.ts';
import { toBytes } from '#site/state/pixels.ts';
import { expectClose } from '#test/compare.ts';

/** RGBA values, one colour per pixel. */
function image(width: number, height: number, colour: (x: number, y: number) => number[]) {
  const data = Uint8ClampedArray.from(
    Array.from({ length: width * height }, (_, i) => colour(i % width, Math.floor(i / width))).flat(),
  );
  return { data, width, height };
}

describe('digitPicture', () => {
  it('takes the digit at its place and maps 0..255 to -1..1', () => {
    const bytes = Uint8Array.of(9, 9, 9, 9, 0, 51, 204, 255);
    const { shape, x0 } = digitPicture(bytes, 1, 2, 2, 'digit 3');
    expect(shape).toEqual([1, 2, 2]);
    expectClose(x0, [-1, -0.6, 0.6, 1], { absolute: 1e-7 });
  });

  it('refuses a file that ends too soon', () => {
    expect(() => digitPicture(new Uint8Array(6), 1, 2, 2, 'digit 3')).toThrow(
      new InputError('Cannot read digit 1: the file must hold 8 bytes, received 6.'),
    );
  });
});

describe('fitPicture', () => {
  it('takes the middle part of the proportions that are asked for', () => {
    const rows = image(4, 6, (_, y) => [y * 40, 0, 0, 255]);
    expectClose(fitPicture(rows, [3, 1, 2]).subarray(0, 2), [100 / 127.5 - 1, 100 / 127.5 - 1], { absolute: 1e-6 });
    const columns = image(6, 2, (x) => [x * 40, x * 40, x * 40, 255]);
    expectClose(fitPicture(columns, [1, 2, 1]), new Array<number>(2).fill(80 / 127.5 - 1), { absolute: 1e-6 });
  });
});

describe('fitPicture to channels that are no colours', () => {
  it('is refused in a sentence', () => {
    const gray = image(4, 4, () => [9, 9, 9, 255]);
    expect(() => fitPicture(gray, [4, 4, 4])).toThrow(
      'it must have the channels of the model, 4, and a picture is gray or RGB.',
    );
  });
});

describe('scaledPicture', () => {
  const size = fc.integer({ min: 1, max: 90 });
  const seed = fc.integer({ min: 1, max: 1000 });
  const drawn = (width: number, height: number, seed: number) =>
    image(width, height, (x, y) => [(seed * x + 7 * y) % 256, (x * y) % 256, (3 * x + seed * y) % 256, 255]);

  it('is the whole picture, whose middle square is what it would be if that alone were scaled', () => {
    fc.assert(
      fc.property(size, size, seed, (width, height, seed) => {
        const picture = drawn(width, height, seed);
        const alone = toBytes(fitPicture(picture, [3, 16, 16]));
        const whole = scaledPicture(picture, 16);
        expect(Math.min(whole.width, whole.height)).toBe(16);
        expect(toBytes(fitPicture(whole, [3, 16, 16]))).toEqual(alone);
      }),
    );
  });

  it('keeps what lies beside the middle square, in proportion', () => {
    const halves = image(160, 40, (x) => [x < 80 ? 0 : 255, 0, 0, 255]);
    const whole = scaledPicture(halves, 8);
    expect([whole.width, whole.height]).toEqual([32, 8]);
    expect(Array.from({ length: 32 }, (_, x) => whole.data[4 * x])).toEqual([
      ...new Array<number>(16).fill(0),
      ...new Array<number>(16).fill(255),
    ]);
  });
});

describe('fitPicture to a square', () => {
  it('cuts the middle square out and leaves its pixels alone where no scaling is needed', () => {
    const wide = image(4, 2, (x, y) => [x * 60, y * 100, 7, 255]);
    const x0 = fitPicture(wide, [3, 2, 2]);
    expect([...toBytes(x0)]).toEqual([60, 120, 60, 120, 0, 0, 100, 100, 7, 7, 7, 7]);
  });

  it('averages areas: four pixels to one, and thirds where the sizes do not divide', () => {
    const four = image(2, 2, (x, y) => [40 * (x + 2 * y), 0, 0, 255]);
    expect(toBytes(fitPicture(four, [3, 1, 1]))[0]).toBe(60);
    const three = image(3, 3, (x) => [[0, 90, 180][x]!, 0, 0, 255]);
    // columns 0 to 1.5: (0 + 90 / 2) / 1.5 = 30; columns 1.5 to 3: (90 / 2 + 180) / 1.5 = 150
    expect([...toBytes(fitPicture(three, [3, 2, 2]).subarray(0, 2))]).toEqual([30, 150]);
  });

  it('keeps the mean of a square picture, at any size, up or down', () => {
    const size = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(size, size, fc.infiniteStream(fc.nat(255)), (from, to, values) => {
        const picture = image(from, from, () => [values.next().value!, 0, 0, 255]);
        const mean = (list: ArrayLike<number>) => Array.from(list).reduce((sum, v) => sum + v, 0) / list.length;
        const before = mean(Array.from({ length: from * from }, (_, i) => picture.data[4 * i]! / 127.5 - 1));
        const x0 = fitPicture(picture, [3, to, to]);
        expectClose([mean(x0.subarray(0, to * to))], [before], { absolute: 1e-5 });
      }),
      { numRuns: 50 },
    );
  });

  it('weighs the colours for gray as television does, and lays what is transparent on white', () => {
    const dots = image(
      2,
      2,
      (x, y) =>
        [
          [255, 0, 0, 255],
          [0, 255, 0, 255],
          [0, 0, 255, 255],
          [0, 0, 0, 0],
        ][x + 2 * y]!,
    );
    expectClose(
      fitPicture(dots, [1, 2, 2]),
      [0.299, 0.587, 0.114, 1].map((v) => 2 * v - 1),
      { absolute: 1e-6 },
    );
  });
});
