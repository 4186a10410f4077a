import { expect, test } from 'vitest';
import { checkMemory, checkPictures } from '#evaluation/check-images.ts';
import { readImages, takeRows } from '#evaluation/measures/images.ts';
import { barsDataset } from '#test/bars.ts';

const dataset = barsDataset({ count: 30, held: 10 });

test('readImages reads images with their labels in the order of the numbers', async () => {
  const all = await readImages(
    dataset,
    Uint32Array.from({ length: 30 }, (_, i) => i),
  );
  const some = await readImages(dataset, Uint32Array.of(7, 2));
  expect(Array.from(some.labels!)).toEqual([all.labels![7], all.labels![2]]);
  expect(some.pixels).toEqual(
    Uint8Array.of(...all.pixels.subarray(7 * 64, 8 * 64), ...all.pixels.subarray(2 * 64, 3 * 64)),
  );
});

test('takeRows takes pixels, labels, features and classes of the same images', async () => {
  const images = await readImages(dataset, dataset.train);
  const features = {
    count: 20,
    width: 2,
    values: Float32Array.from({ length: 40 }, (_, i) => i),
    classes: Int32Array.from({ length: 20 }, (_, i) => 100 + i),
  };
  const taken = takeRows({ images, features }, Uint32Array.of(3, 0));
  expect(taken.features).toEqual({
    count: 2,
    width: 2,
    values: Float32Array.of(6, 7, 0, 1),
    classes: Int32Array.of(103, 100),
  });
  expect(taken.images).toEqual(await readImages(dataset, Uint32Array.of(dataset.train[3]!, dataset.train[0]!)));
});

test('checkMemory refuses what memory should not hold', () => {
  const large = { ...dataset, channels: 3 as const, height: 1024, width: 1024 };
  expect(() => checkMemory(large, 500)).not.toThrow();
  expect(() => checkMemory(large, 1000)).toThrow(
    'Cannot evaluate with bars: its images must take at most 2 GiB of memory, but 1000 of 3 x 1024 x 1024 take 2.93 GiB.',
  );
});

test('checkPictures refuses more pictures than memory holds', () => {
  const check = (count: number) => () => checkPictures('evaluate x', [3, 256, 256], count);
  expect(check(10_000)).not.toThrow();
  expect(check(12_000)).toThrow(
    /^Cannot evaluate x: all pictures must take at most \S+ \S+ of memory, but 12000 of 3 x 256 x 256 take \S+ \S+\. Lower --count\.$/,
  );
});
