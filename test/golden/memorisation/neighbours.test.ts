/** Against scipy's k-d tree and numpy's brute force; the numbers are made by scripts/golden/measures/memorisation.py. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { featureNeighbours } from '#evaluation/memorisation/feature-neighbours.ts';
import { pixelNeighbours } from '#evaluation/memorisation/pixel-neighbours.ts';
import type { ImageSet } from '#evaluation/sets/types.ts';
import { expectClose } from '#test/compare.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../data/memorisation/${name}.json`, import.meta.url), 'utf8'));

interface Found {
  numbers: number[];
  distances: number[];
}

test('features have the neighbours and distances of the k-d tree, far from 0 too', async () => {
  const { width, keys, queries, numbers, distances } = read('neighbours') as Found & {
    width: number;
    keys: number[];
    queries: number[];
  };
  const features = (values: number[]) => ({ count: values.length / width, width, values: Float32Array.from(values) });
  const found = await featureNeighbours(features(queries), features(keys));
  expect(found.each).toBe(16);
  expect(Array.from(found.training)).toEqual(numbers);
  expectClose(found.distances, distances, { absolute: 1e-9 });
});

interface PixelCase extends Found {
  shape: ImageSet['shape'];
  training: number[];
  pictures: number[];
}

test.for(read('pixels') as PixelCase[])(
  'pixels of $shape are as near as brute force over orientations, negatives and shifts says',
  async (golden) => {
    const { shape } = golden;
    const set = (pixels: number[]): ImageSet => {
      return { shape, count: pixels.length / (shape[0] * shape[1] * shape[2]), pixels: Uint8Array.from(pixels) };
    };
    const found = await pixelNeighbours(set(golden.pictures), set(golden.training));
    expect(Array.from(found.training)).toEqual(golden.numbers);
    expectClose(found.distances, golden.distances, { absolute: 1e-7 });
  },
);
