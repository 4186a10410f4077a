import { expect, test } from 'vitest';
import { noiseImages } from '#evaluation/measures/noise-images.ts';

test('noise is that of the seed, and the first pictures of many are those of few', () => {
  const { pixels, count, shape } = noiseImages([3, 5, 7], 4, 1);
  expect([count, shape, pixels.length]).toEqual([4, [3, 5, 7], 4 * 105]);
  expect(noiseImages([3, 5, 7], 9, 1).pixels.subarray(0, 4 * 105)).toEqual(pixels);
  expect(noiseImages([3, 5, 7], 4, 2).pixels).not.toEqual(pixels);
});

test('it is unit normal and clipped: nearly a third at the ends, the rest around the middle', () => {
  const { pixels } = noiseImages([1, 32, 32], 100, 1);
  const share = (holds: (level: number) => boolean) => pixels.filter(holds).length / pixels.length;
  // Below -1 + 1 / 255 and above 1 - 1 / 255, where levels round to the ends, are 2 x 15.96 %.
  expect(Math.abs(share((level) => level === 0 || level === 255) - 0.3193)).toBeLessThan(0.006);
  expect(Math.abs(share((level) => level < 128) - 0.5)).toBeLessThan(0.006);
});
