import { expect, it } from 'vitest';
import { joinSources, sourceOfImages } from '#evaluation/features/source.ts';

/** Images of one pixel, whose level, label and number tell which they are. */
const source = (levels: number[]) => ({
  ...sourceOfImages({
    shape: [1, 1, 1],
    count: levels.length,
    pixels: Uint8Array.from(levels),
    labels: Int32Array.from(levels),
    conditions: Float64Array.from(levels),
  }),
  readMasks: (places: Uint32Array, out: Uint8Array) => {
    for (const [i, place] of places.entries()) out[i] = levels[place]! + 1;
  },
});

it.each([
  ['few and many', [1, 2], [10, 11, 12, 13, 14, 15], 0.5, 12],
  ['many and few', [1, 2, 3, 4, 5], [10], 0.5, 10],
  ['a quarter', [1, 2, 3], [10, 11], 0.25, 8],
])(
  'joins %s so that the share holds and each image is there, with what belongs to it',
  async (_, a, b, share, count) => {
    const joined = joinSources(source(a), source(b), share);
    expect(joined.count).toBe(count);
    const places = Uint32Array.from({ length: count }, (_, i) => count - 1 - i);
    const [pixels, masks] = [new Uint8Array(count), new Uint8Array(count)];
    await joined.read(places, pixels);
    await joined.readMasks!(places, masks);
    const levels = Array.from(pixels).reverse();
    expect(Array.from(joined.labels!)).toEqual(levels);
    expect(Array.from(joined.conditions!)).toEqual(levels);
    expect(Array.from(masks).reverse()).toEqual(levels.map((level) => level + 1));
    expect(new Set(levels)).toEqual(new Set([...a, ...b]));
    expect(levels.filter((level) => level >= 10).length / count).toBe(share);
  },
);
