/** Pictures as numbers, bytes and pixels; addresses and kept choices. */

import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isFirst, parseRoute } from '#site/state/address.ts';
import { recall } from '#site/state/memory.ts';
import { fitPicture, fromBytes, type ImageShape, paint, scaledPicture, toBytes } from '#site/state/picture.ts';
import { expectClose } from '#test/compare.ts';
import { stubStorage } from '#test/kept.ts';

/** RGBA values, one colour per pixel. */
function image(width: number, height: number, colour: (x: number, y: number) => number[]) {
  const pixels = Array.from({ length: width * height }, (_, i) => colour(i % width, Math.floor(i / width)));
  return { data: Uint8ClampedArray.from(pixels.flat()), width, height };
}

it('toBytes brings every byte of a real picture back, maps -1 to 0 and 1 to 255, rounds, and cuts what is beyond', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect([...toBytes(fromBytes(all))]).toEqual([...all]);
  expect([...toBytes(Float32Array.of(-9, -1, -0.5, 0, 1, 3))]).toEqual([0, 0, 64, 128, 255, 255]);
});

it.each<[ImageShape, number[], number[]]>([
  [
    [1, 1, 2],
    [7, 200],
    [7, 7, 7, 255, 200, 200, 200, 255],
  ],
  [
    [3, 1, 2],
    [1, 2, 3, 4, 5, 6],
    [1, 3, 5, 255, 2, 4, 6, 255],
  ],
  [
    [2, 1, 1],
    [7, 2],
    [7, 7, 7, 255],
  ],
])('paint makes pixels of planes of the shape %j', (shape, planes, pixels) => {
  const out = new Uint8ClampedArray(pixels.length);
  paint(planes, shape, out);
  expect([...out]).toEqual(pixels);
  expect(() => paint(planes.slice(1), shape, out)).toThrow(/pixels must be \d bytes, received \d/);
});

describe('fitPicture', () => {
  const fitted = (picture: ReturnType<typeof image>, shape: ImageShape) => [...toBytes(fitPicture(picture, shape))];

  it('takes the middle part of the proportions that are asked for, and averages areas', () => {
    const wide = image(4, 2, (x, y) => [x * 60, y * 100, 7, 255]);
    expect(fitted(wide, [3, 2, 2])).toEqual([60, 120, 60, 120, 0, 0, 100, 100, 7, 7, 7, 7]);
    expect(
      fitted(
        image(4, 6, (_, y) => [y * 40, 0, 0, 255]),
        [3, 1, 2],
      ).slice(0, 2),
    ).toEqual([100, 100]);
    const three = image(3, 3, (x) => [90 * x, 0, 0, 255]);
    // columns 0 to 1.5: (0 + 90 / 2) / 1.5 = 30; columns 1.5 to 3: (90 / 2 + 180) / 1.5 = 150
    expect(fitted(three, [3, 2, 2]).slice(0, 2)).toEqual([30, 150]);
  });

  it('keeps the mean of a square picture, at any size, up or down', () => {
    const size = fc.integer({ min: 1, max: 20 });
    const mean = (list: ArrayLike<number>) => Array.from(list).reduce((sum, v) => sum + v, 0) / list.length;
    fc.assert(
      fc.property(size, size, fc.infiniteStream(fc.nat(255)), (from, to, values) => {
        const picture = image(from, from, () => [values.next().value!, 0, 0, 255]);
        const before = mean(picture.data.filter((_, i) => i % 4 === 0)) / 127.5 - 1;
        expectClose([mean(fitPicture(picture, [3, to, to]).subarray(0, to * to))], [before], { absolute: 1e-5 });
      }),
      { numRuns: 50 },
    );
  });

  it('weighs the colours for gray as television does, lays what is transparent on white, and refuses four channels', () => {
    const dots = image(4, 1, (x) => [0, 1, 2, 3].map((c) => (x < 3 && (c === x || c === 3) ? 255 : 0)));
    expect(fitted(dots, [1, 1, 4])).toEqual([0.299, 0.587, 0.114, 1].map((share) => Math.round(255 * share)));
    expect(() => fitPicture(dots, [4, 4, 4])).toThrow('it must have the channels of the model, 4, and a picture is');
  });
});

it('scaledPicture is the whole picture, whose middle square is what it would be if that alone were scaled', () => {
  const size = fc.integer({ min: 1, max: 90 });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 1, max: 1000 }), (width, height, seed) => {
      const picture = image(width, height, (x, y) => [
        (seed * x + 7 * y) % 256,
        (x * y) % 256,
        (3 * x + seed * y) % 256,
        255,
      ]);
      const whole = scaledPicture(picture, 16);
      expect(Math.min(whole.width, whole.height)).toBe(16);
      expect(toBytes(fitPicture(whole, [3, 16, 16]))).toEqual(toBytes(fitPicture(picture, [3, 16, 16])));
    }),
  );
});

it.each([
  ['', 'sample', true],
  ['#/', 'sample', true],
  ['#/nothing?seed=1', 'sample', false],
  ['#/__proto__', 'sample', true],
  ['#main', 'sample', true],
  ['#/sample?', 'sample', true],
  ['#/forward/', 'forward', false],
  ['#forward', 'forward', false],
  ['#/model?', 'model', false],
])('%j shows the view %s, which the page begins with: %s', (hash, view, first) => {
  expect([parseRoute(hash).view, isFirst(hash)]).toEqual([view, first]);
});

it.each([undefined, 'wasm', 'abacus'])('recall gives the kept %s, unless it is none of the choices', (kept) => {
  stubStorage('localStorage', new Map(kept ? [['onnoise.device', kept]] : []));
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(recall('device', ['auto', 'wasm'], 'auto')).toBe(kept === 'wasm' ? 'wasm' : 'auto');
});
