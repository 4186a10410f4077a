import { expect, it } from 'vitest';
import { joinSources, sourceOfImages } from '#evaluation/features/source.ts';

/** Images of one pixel, whose level and label tell which they are. */
const source = (levels: number[]) =>
  sourceOfImages({
    shape: [1, 1, 1],
    count: levels.length,
    pixels: Uint8Array.from(levels),
    labels: Int32Array.from(levels),
  });

it.each([
  ['few and many', [1, 2], [10, 11, 12, 13, 14, 15], 0.5, 12],
  ['many and few', [1, 2, 3, 4, 5], [10], 0.5, 10],
  ['a quarter', [1, 2, 3], [10, 11], 0.25, 8],
])('joins %s so that the share holds and each image is there, with its class', async (_, a, b, share, count) => {
  const joined = joinSources(source(a), source(b), share);
  expect(joined.count).toBe(count);
  const pixels = new Uint8Array(count);
  await joined.read(
    Uint32Array.from({ length: count }, (_, i) => count - 1 - i),
    pixels,
  );
  const levels = Array.from(pixels).reverse();
  expect(Array.from(joined.labels!)).toEqual(levels);
  expect(new Set(levels)).toEqual(new Set([...a, ...b]));
  expect(levels.filter((level) => level >= 10).length / count).toBe(share);
});
